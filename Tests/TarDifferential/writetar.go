// layerverify: packs a folder with Go's archive/tar.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Arguments: a format, a folder, and the archive to write.
package main

import (
	"archive/tar"
	"log"
	"os"
	"path/filepath"
	"time"
)

func main() {
	formats := map[string]tar.Format{"ustar": tar.FormatUSTAR, "pax": tar.FormatPAX, "gnu": tar.FormatGNU}
	out, err := os.Create(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	writer := tar.NewWriter(out)
	err = filepath.Walk(os.Args[2], func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		link, _ := os.Readlink(path)
		header, err := tar.FileInfoHeader(info, link)
		if err != nil {
			return err
		}
		header.Name, _ = filepath.Rel(os.Args[2], path)
		if info.IsDir() {
			header.Name += "/"
		}
		header.Format = formats[os.Args[1]]
		if header.Format == tar.FormatUSTAR || header.Format == tar.FormatGNU {
			// ustar has no fields for these, and Python reads GNU's as a part of the name.
			header.AccessTime, header.ChangeTime = time.Time{}, time.Time{}
		}
		if header.Format == tar.FormatPAX {
			header.ModTime = time.Unix(1, 500000000)
			header.PAXRecords = map[string]string{"VENDOR.key": "value", "SCHILY.xattr.user.x": "\x00y"}
		}
		if writer.WriteHeader(header) != nil || !info.Mode().IsRegular() {
			// The format cannot represent this name.
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = writer.Write(content)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
}
