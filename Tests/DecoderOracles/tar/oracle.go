// layerverify: what Go's archive/tar reads, as text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"sort"
	"strings"
)

// Longer sparse files are not read: Go would fill them with zeros.
const maximumSparseSize = 1 << 20

// Counts what is read. It cannot seek, so archive/tar reads everything.
type counter struct {
	reader io.Reader
	count  int
}

func (c *counter) Read(bytes []byte) (int, error) {
	count, err := c.reader.Read(bytes)
	c.count += count
	return count, err
}

// Renders an archive as Tests/Fuzz/TarStreamRendering.swift does.
func render(archive []byte) []byte {
	var out bytes.Buffer
	input := &counter{reader: bytes.NewReader(archive)}
	reader := tar.NewReader(input)
	for {
		header, err := reader.Next()
		if err != nil {
			fmt.Fprintf(&out, ". %s %d\n", word(err), input.count)
			return out.Bytes()
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		writeEntry(&out, header, input.count)
		if isSparse(header) && header.Size > maximumSparseSize {
			fmt.Fprint(&out, "H\n")
			return out.Bytes()
		}
		sum := fnv.New64a()
		count, err := io.Copy(sum, reader)
		if err != nil {
			fmt.Fprintf(&out, ". %s %d\n", word(err), input.count)
			return out.Bytes()
		}
		fmt.Fprintf(&out, "C %d %d\n", count, sum.Sum64())
	}
}

func word(err error) string {
	switch {
	case err == io.EOF:
		return "end"
	case err == io.ErrUnexpectedEOF:
		return "cut"
	case errors.Is(err, tar.ErrHeader):
		return "header"
	case errors.Is(err, tar.ErrFieldTooLong):
		return "long"
	case strings.Contains(err.Error(), "non-existent data"):
		return "missing"
	case strings.Contains(err.Error(), "unreferenced data"):
		return "left"
	default:
		return err.Error()
	}
}

func isSparse(header *tar.Header) bool {
	if header.Typeflag == tar.TypeGNUSparse {
		return true
	}
	records := header.PAXRecords
	major, minor := records["GNU.sparse.major"], records["GNU.sparse.minor"]
	switch {
	case major == "0" && (minor == "0" || minor == "1"), major == "1" && minor == "0":
		return true
	default:
		return major == "" && minor == "" && records["GNU.sparse.map"] != ""
	}
}

func writeEntry(out *bytes.Buffer, header *tar.Header, offset int) {
	fmt.Fprintf(out, "E %d %d %d %d %d %d %d %d %d %d\n", header.Typeflag, header.Size, header.Mode, header.Uid, header.Gid,
		header.ModTime.Unix(), header.ModTime.Nanosecond(), header.Devmajor, header.Devminor, offset)
	for _, text := range []string{header.Name, header.Linkname, header.Uname, header.Gname} {
		fmt.Fprintf(out, "%d:%s", len(text), text)
	}
	keys := make([]string, 0, len(header.PAXRecords))
	for key := range header.PAXRecords {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		value := header.PAXRecords[key]
		fmt.Fprintf(out, "%d:%s%d:%s", len(key), key, len(value), value)
	}
	fmt.Fprint(out, "\n")
}
