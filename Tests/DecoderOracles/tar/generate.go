// layerverify: makes tar archives with all kinds of entries and extended headers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"time"
)

var typeFlags = "0000000\x00\x00122334555566677SZDxgLKA"

var keywords = []string{
	"path", "linkpath", "uname", "gname", "uid", "gid", "size", "mtime", "atime", "ctime", "comment", "charset", "hdrcharset",
	"SCHILY.xattr.user.a", "SCHILY.xattr.security.capability", "LIBARCHIVE.creationtime", "Vendor.key", "k\x00", "", "ke y", "GNU.sparse.name",
	"GNU.sparse.size", "GNU.sparse.realsize", "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.map", "GNU.sparse.numblocks",
	"GNU.sparse.offset", "GNU.sparse.numbytes",
}

var texts = []string{"f", "dir/", "long/" + strings.Repeat("n", 200), "", "nul\x00", "caf\xc3\xa9", "a=b", "\xff", "dir/f"}
var numbers = []string{"0", "1", "513", "+7", "-1", "", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1.5", "x", "007", "1_0", " 1"}
var times = []string{"0", "1.5", "-1.5", "-0.25", "1.1234567891", "1.", ".5", "1.x", "+1.5", "-9223372036854775808.5", "99999999999999999999", "1.-5"}

// Numbers that are taken as they are, more often than others.
func number(random *rand.Rand, texts []string) string {
	if rarely(random, 6) {
		return pick(random, texts)
	}
	return texts[random.Intn(3)]
}

func record(random *rand.Rand) string {
	// The first ones are in every archive; the last ones are only right together.
	key := keywords[random.Intn(18)]
	if rarely(random, 12) {
		key = pick(random, keywords)
	}
	value := pick(random, texts)
	switch key {
	case "path", "linkpath", "uname", "gname":
		if strings.Contains(value, "\x00") && !rarely(random, 4) {
			value = "g"
		}
	case "uid", "gid", "size":
		value = number(random, numbers)
	case "mtime", "atime", "ctime":
		value = number(random, times)
	default:
		if strings.HasPrefix(key, "GNU.sparse.") && key != "GNU.sparse.name" {
			value = pick(random, []string{"0", "1", "2", "512", "0,512", "0,1,5,2", "", "x", "-1"})
		}
	}
	return paxRecord(random, key, value)
}

// A record with its length, which is wrong at times.
func paxRecord(random *rand.Rand, key, value string) string {
	rest := " " + key + "=" + value + "\n"
	length := len(rest) + 1
	for length != len(rest)+len(strconv.Itoa(length)) {
		length++
	}
	text := strconv.Itoa(length)
	switch random.Intn(300) {
	case 0:
		text = strconv.Itoa(length + random.Intn(5) - 2)
	case 1:
		text = "+" + strconv.Itoa(length+1)
	case 2:
		text = "000" + strconv.Itoa(length+3)
	case 3:
		text = pick(random, []string{"", "x", "-5", "4", "0", "99999999999999999999", " "})
	case 4:
		rest = strings.TrimSuffix(rest, "\n") + " "
	case 5:
		rest = strings.Replace(rest, "=", "", 1)
	}
	return text + rest
}

func padded(content []byte) []byte {
	return append(content, make([]byte, (blockSize-len(content)%blockSize)%blockSize)...)
}

// Content of a length at an edge of a block, or near it.
func content(random *rand.Rand) []byte {
	bytes := make([]byte, pick(random, []int{0, 0, 0, 1, 100, 511, 512, 513, 1024, 1500}))
	random.Read(bytes)
	return bytes
}

func entry(random *rand.Rand, typeFlag byte, content []byte) []byte {
	size := int64(len(content))
	if rarely(random, 100) {
		size += int64(random.Intn(1000) - 500)
	}
	if size < 0 {
		size = 0
	}
	block := headerBlock(random, typeFlag, size)
	putChecksum(random, block)
	return append(block, padded(content)...)
}

func member(random *rand.Rand) []byte {
	typeFlag := typeFlags[random.Intn(len(typeFlags))]
	switch {
	case typeFlag == 'S':
		return oldSparse(random)
	case typeFlag == 'x' || typeFlag == 'g':
		var records strings.Builder
		for count := random.Intn(4); count > 0; count-- {
			records.WriteString(record(random))
		}
		return entry(random, typeFlag, []byte(records.String()))
	case typeFlag == 'L' || typeFlag == 'K':
		return entry(random, typeFlag, []byte(pick(random, texts)+"\x00"))
	case typeFlag >= '1' && typeFlag <= '6':
		if rarely(random, 20) {
			return entry(random, typeFlag, content(random))
		}
		return entry(random, typeFlag, nil)
	case rarely(random, 6):
		return paxSparse(random)
	default:
		return entry(random, typeFlag, content(random))
	}
}

// The pieces of a sparse file: their places and lengths, the whole size, and the number of bytes stored. At times they
// are wrong.
func pieces(random *rand.Rand) (places [][2]int64, size, stored int64) {
	for count := random.Intn(8); count > 0; count-- {
		place := size + int64(random.Intn(2000))
		length := int64(pick(random, []int{0, 1, 100, 512, 1000}))
		if rarely(random, 100) {
			place -= int64(random.Intn(3000))
		}
		if rarely(random, 300) {
			length = pick(random, []int64{-1, 1 << 62, 1<<63 - 1})
		}
		places = append(places, [2]int64{place, length})
		size = place + length
		stored += length
	}
	size += int64(random.Intn(2) * random.Intn(3000))
	if rarely(random, 50) {
		size += int64(random.Intn(2000) - 1000)
	}
	if rarely(random, 50) {
		stored += int64(random.Intn(20) - 10)
	}
	if stored < 0 || stored > 1<<16 {
		stored = 0
	}
	return places, size, stored
}

func oldSparse(random *rand.Rand) []byte {
	places, size, stored := pieces(random)
	for len(places) > 0 && rarely(random, 3) {
		places = append(places, [2]int64{size, 0})
		if len(places) > 60 {
			break
		}
	}
	block := headerBlock(random, 'S', stored)
	copy(block[345:], make([]byte, blockSize-345))
	if !rarely(random, 20) {
		copy(block[257:], "ustar  \x00")
	}
	putNumber(random, block, realSizeField, size)
	place, room, flag := 386, 4, 482
	archive := []byte{}
	current := block
	for {
		for room > 0 && len(places) > 0 {
			putNumber(random, current, [2]int{place, 12}, places[0][0])
			putNumber(random, current, [2]int{place + 12, 12}, places[0][1])
			places, place, room = places[1:], place+24, room-1
		}
		if len(places) == 0 && !rarely(random, 20) {
			break
		}
		current[flag] = byte(1 + random.Intn(255))
		next := make([]byte, blockSize)
		archive = append(archive, next...)
		current = archive[len(archive)-blockSize:]
		place, room, flag = 0, 21, 504
		if len(archive) > 1<<14 {
			break
		}
	}
	putChecksum(random, block)
	data := make([]byte, stored)
	random.Read(data)
	return append(append(block, archive...), padded(data)...)
}

// A sparse file of one of the versions of pax headers.
func paxSparse(random *rand.Rand) []byte {
	places, size, stored := pieces(random)
	version := random.Intn(3)
	var records, text strings.Builder
	put := func(key, value string) {
		if !rarely(random, 100) {
			records.WriteString(paxRecord(random, key, value))
		}
	}
	if !rarely(random, 3) || version == 2 {
		put("GNU.sparse.major", pick(random, []string{"0", "0", "1"})[:1])
		records.Reset()
		put("GNU.sparse.major", []string{"0", "0", "1"}[version])
		put("GNU.sparse.minor", []string{"0", "1", "0"}[version])
	}
	if rarely(random, 2) {
		put("GNU.sparse.name", pick(random, texts))
	}
	put(pick(random, []string{"GNU.sparse.size", "GNU.sparse.realsize"}), strconv.FormatInt(size, 10))
	data := make([]byte, stored)
	random.Read(data)
	switch version {
	case 0:
		put("GNU.sparse.numblocks", strconv.Itoa(len(places)))
		for _, place := range places {
			put("GNU.sparse.offset", strconv.FormatInt(place[0], 10))
			put("GNU.sparse.numbytes", strconv.FormatInt(place[1], 10))
		}
	case 1:
		put("GNU.sparse.numblocks", strconv.Itoa(len(places)))
		for index, place := range places {
			if index > 0 {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, "%d,%d", place[0], place[1])
		}
		put("GNU.sparse.map", text.String())
	default:
		count := len(places)
		if rarely(random, 50) {
			count = pick(random, []int{-1, count + 1, count + 100, 1 << 62, 1<<62 - 1})
		}
		fmt.Fprintf(&text, "%d\n", count)
		for _, place := range places {
			fmt.Fprintf(&text, "%d\n%d\n", place[0], place[1])
		}
		if rarely(random, 30) {
			text.WriteString(strings.Repeat("0", random.Intn(1000)))
		}
		data = append(padded([]byte(text.String())), data...)
	}
	typeFlag := byte('0')
	if rarely(random, 20) {
		typeFlag = typeFlags[random.Intn(len(typeFlags))]
	}
	return append(entry(random, 'x', []byte(records.String())), entry(random, typeFlag, data)...)
}

// An archive of a few entries, and an end.
func made(random *rand.Rand) []byte {
	var archive []byte
	for count := 1 + random.Intn(6); count > 0; count-- {
		archive = append(archive, member(random)...)
	}
	if rarely(random, 8) {
		// The end of the stream within the last entry, or its padding.
		archive = archive[:len(archive)-random.Intn(len(archive))%700]
	}
	switch random.Intn(10) {
	case 0:
	case 1:
		archive = append(archive, make([]byte, blockSize)...)
	case 2:
		archive = append(archive, make([]byte, random.Intn(3*blockSize))...)
	case 3:
		archive = append(archive, make([]byte, 2*blockSize+random.Intn(2000))...)
		archive = append(archive, entry(random, '0', content(random))...)
	default:
		archive = append(archive, make([]byte, 2*blockSize)...)
	}
	return archive
}

// Archives by Go's writer, in each format.
func goArchives() [][]byte {
	var archives [][]byte
	for _, format := range []tar.Format{tar.FormatUSTAR, tar.FormatPAX, tar.FormatGNU} {
		var buffer bytes.Buffer
		writer := tar.NewWriter(&buffer)
		for _, header := range []tar.Header{
			{Name: "dir/", Typeflag: tar.TypeDir, Mode: 0o755},
			{Name: "dir/f", Typeflag: tar.TypeReg, Mode: 0o644, Size: 700, Uname: "root", Gname: "root"},
			{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "dir/f"},
			{Name: "hard", Typeflag: tar.TypeLink, Linkname: "dir/f"},
			{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
			{Name: strings.Repeat("long/", 40) + "f", Typeflag: tar.TypeReg, Size: 3},
			{Name: "x", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"SCHILY.xattr.user.a": "b"}},
			{Name: "t", Typeflag: tar.TypeReg, ModTime: time.Unix(1, 5)},
			{Name: "u", Typeflag: tar.TypeReg, Uid: 1 << 30, ModTime: time.Unix(-1, 0)},
		} {
			header.Format = format
			if writer.WriteHeader(&header) == nil {
				_, err := writer.Write(make([]byte, header.Size))
				check(err)
			}
		}
		_ = writer.Close()
		archives = append(archives, buffer.Bytes())
	}
	return archives
}
