// layerverify: decodes frames with klauspost's zstd decoder, for the program that compares decoders.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Reads frames from standard input, each preceded by its length in four bytes, and answers each with the results of
// three ways of decoding: one goroutine, several goroutines, and everything at once. A result is a byte that is 1 if
// the frame was accepted, the length of the content in eight bytes and its XXH64 in eight. All numbers have their low
// byte first.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/cespare/xxhash"
	"github.com/klauspost/compress/zstd"
)

// Enough for every frame of that program; more would let hostile headers take memory.
const maximumByteCount = 16 << 20

// counter hashes and counts what is written to it.
type counter struct {
	hash  hash.Hash64
	count uint64
}

func (c *counter) Write(content []byte) (int, error) {
	c.count += uint64(len(content))
	return c.hash.Write(content)
}

func newDecoder(goroutineCount int) *zstd.Decoder {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(goroutineCount),
		zstd.WithDecoderLowmem(false), zstd.WithDecoderMaxMemory(maximumByteCount))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return decoder
}

// answer decodes a frame, and writes the result into 17 bytes.
func answer(decode func(io.Writer) error, into []byte) {
	content := counter{hash: xxhash.New()}
	into[0] = 0
	if decode(&content) == nil {
		into[0] = 1
	}
	binary.LittleEndian.PutUint64(into[1:], content.count)
	binary.LittleEndian.PutUint64(into[9:], content.hash.Sum64())
}

func stream(decoder *zstd.Decoder, frame []byte, content io.Writer) error {
	// Not a bytes.Reader or a bytes.Buffer: the decoder would decode those at once.
	if err := decoder.Reset(struct{ io.Reader }{bytes.NewReader(frame)}); err != nil {
		return err
	}
	_, err := decoder.WriteTo(content)
	return err
}

func main() {
	lone, several := newDecoder(1), newDecoder(2)
	input, output := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	var length [4]byte
	var frame, room []byte
	for {
		if _, err := io.ReadFull(input, length[:]); err != nil {
			return
		}
		count := int(binary.LittleEndian.Uint32(length[:]))
		if cap(frame) < count {
			frame = make([]byte, 2*count)
		}
		frame = frame[:count]
		if _, err := io.ReadFull(input, frame); err != nil {
			return
		}
		var answers [3 * 17]byte
		answer(func(content io.Writer) error { return stream(lone, frame, content) }, answers[0:])
		answer(func(content io.Writer) error { return stream(several, frame, content) }, answers[17:])
		answer(func(content io.Writer) error {
			var err error
			room, err = lone.DecodeAll(frame, room[:0])
			content.Write(room)
			return err
		}, answers[34:])
		output.Write(answers[:])
		output.Flush()
	}
}
