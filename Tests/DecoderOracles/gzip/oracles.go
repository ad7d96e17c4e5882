// layerverify: the gzip decoders of other programs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	klauspost "github.com/klauspost/compress/gzip"
)

// How a decoder ended.
type ending string

const (
	complete  ending = "complete"
	truncated ending = "truncated"
	refused   ending = "refused"
	trailing  ending = "trailing"
	disputed  ending = "disputed"
	tooLarge  ending = "too large"
	broken    ending = "broken"
)

// The result of a decoder for a whole file.
type verdict struct {
	ending ending
	// The offset of trailing bytes, or of the disputed member.
	place  int
	length int
	digest string
	// The error text of a decoder of Go.
	text string
}

func (v *verdict) setContent(content []byte) {
	v.length = len(content)
	sum := sha256.Sum256(content)
	v.digest = hex.EncodeToString(sum[:])
}

// True if both decoded the same bytes.
func (v verdict) hasContent(of verdict) bool { return v.length == of.length && v.digest == of.digest }

// Reads everything from a decoder of Go that `open` returns.
func byReader(open func() (io.Reader, error), useWriterTo bool) (result verdict) {
	defer func() {
		if reason := recover(); reason != nil {
			result = verdict{ending: broken, text: fmt.Sprint(reason)}
		}
	}()
	var content bytes.Buffer
	reader, err := open()
	if err == nil && useWriterTo {
		_, err = reader.(io.WriterTo).WriteTo(&limitedWriter{&content})
	} else if err == nil {
		// Hides the method that io.Copy would call.
		_, err = io.Copy(&content, io.LimitReader(struct{ io.Reader }{reader}, contentCapacity))
	}
	if content.Len() >= contentCapacity {
		return verdict{ending: tooLarge}
	}
	if err != nil {
		return verdict{ending: refused, text: err.Error()}
	}
	result.ending = complete
	result.setContent(content.Bytes())
	return result
}

// A buffer that accepts no more than the oracles compare.
type limitedWriter struct{ buffer *bytes.Buffer }

func (w *limitedWriter) Write(part []byte) (int, error) {
	if w.buffer.Len()+len(part) > contentCapacity {
		w.buffer.Write(part[:contentCapacity-w.buffer.Len()])
		return 0, io.ErrShortWrite
	}
	return w.buffer.Write(part)
}

// compress/gzip of Go's standard library, from memory or through its own buffer.
func byGo(stream []byte, buffered bool) verdict {
	return byReader(func() (io.Reader, error) { return gzip.NewReader(source(stream, buffered)) }, false)
}

// klauspost's gzip with Read or WriteTo. It has different decoders for different kinds of sources.
func byKlauspost(stream []byte, buffered, useWriterTo bool) verdict {
	return byReader(func() (io.Reader, error) { return klauspost.NewReader(source(stream, buffered)) }, useWriterTo)
}

func source(stream []byte, buffered bool) io.Reader {
	if buffered {
		return struct{ io.Reader }{bytes.NewReader(stream)}
	}
	return bytes.NewReader(stream)
}
