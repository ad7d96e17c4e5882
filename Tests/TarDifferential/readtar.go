// layerverify: unpacks tar archives with Go's archive/tar, as docker load does.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Reads lines "ARCHIVE FOLDER" and writes one line for each: "ok", or why Go refuses the archive.
package main

import (
	"archive/tar"
	"bufio"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// unpack replaces existing files, as moby's pkg/archive does; unknown types are skipped.
func unpack(archive, folder string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Clean("/" + header.Name)
		place := folder + name
		parent := filepath.Dir(place)
		// Nothing is written outside the folder.
		if name == "/" || os.MkdirAll(parent, 0o755) != nil {
			continue
		}
		if real, err := filepath.EvalSymlinks(parent); err != nil || !strings.HasPrefix(real+"/", folder+"/") {
			continue
		}
		if header.Typeflag == tar.TypeLink && path.Clean("/"+header.Linkname) == name {
			// GNU tar writes this for a file that it packs a second time; other readers leave the file unchanged.
			continue
		}
		info, err := os.Lstat(place)
		if err == nil && !(info.IsDir() && header.Typeflag == tar.TypeDir) {
			switch header.Typeflag {
			case tar.TypeDir, tar.TypeReg, tar.TypeRegA, tar.TypeLink, tar.TypeSymlink, tar.TypeFifo:
				os.RemoveAll(place)
			}
		}
		switch header.Typeflag {
		case tar.TypeDir:
			os.Mkdir(place, 0o755)
		case tar.TypeReg, tar.TypeRegA:
			out, err := os.OpenFile(place, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0o644)
			if err != nil {
				continue
			}
			_, err = io.Copy(out, reader)
			out.Close()
			if err != nil {
				return err
			}
		case tar.TypeLink:
			target := folder + path.Clean("/"+header.Linkname)
			if real, err := filepath.EvalSymlinks(filepath.Dir(target)); err == nil && strings.HasPrefix(real+"/", folder+"/") {
				os.Link(target, place)
			}
		case tar.TypeSymlink:
			os.Symlink(header.Linkname, place)
		case tar.TypeFifo:
			syscall.Mkfifo(place, 0o644)
		}
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if err := unpack(fields[0], fields[1]); err != nil {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("ok")
		}
	}
}
