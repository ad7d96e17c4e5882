// layerverify: compresses standard input as docker, buildah, podman and umoci do, as a gzip stream.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strconv"

	klauspost "github.com/klauspost/compress/gzip"
	"github.com/klauspost/pgzip"
)

func open(library string, level int) (io.WriteCloser, error) {
	switch library {
	case "go":
		return gzip.NewWriterLevel(os.Stdout, level)
	case "klauspost":
		return klauspost.NewWriterLevel(os.Stdout, level)
	case "pgzip":
		return pgzip.NewWriterLevel(os.Stdout, level)
	}
	return nil, fmt.Errorf("unknown library: %s", library)
}

// usage: producer go|klauspost|pgzip LEVEL
func run() error {
	if len(os.Args) != 3 {
		return fmt.Errorf("usage: %s go|klauspost|pgzip LEVEL", os.Args[0])
	}
	level, err := strconv.Atoi(os.Args[2])
	if err != nil {
		return err
	}
	writer, err := open(os.Args[1], level)
	if err != nil {
		return err
	}
	if _, err := io.Copy(writer, os.Stdin); err != nil {
		return err
	}
	return writer.Close()
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
