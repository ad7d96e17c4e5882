// layerverify: generates gzip files, intact and damaged in many ways.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	stdflate "compress/flate"
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// Generates streams; the same state gives the same stream.
type generator struct {
	state   uint64
	samples [][]byte
	// The special property of the current stream.
	category string
}

func (g *generator) next() uint64 {
	g.state += 0x9e3779b97f4a7c15
	z := g.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (g *generator) below(limit int) int  { return int(g.next() % uint64(limit)) }
func (g *generator) oneIn(count int) bool { return g.below(count) == 0 }

// A random size: mostly small, sometimes large.
func (g *generator) size(limit int) int { return g.below(limit>>g.below(10) + 1) }

func (g *generator) shuffle(values []int) {
	for i := len(values) - 1; i > 0; i-- {
		j := g.below(i + 1)
		values[i], values[j] = values[j], values[i]
	}
}

func (g *generator) noise(count int) []byte {
	result := make([]byte, count)
	for i := range result {
		result[i] = byte(g.next())
	}
	return result
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// A whole file. It always begins with the two bytes of gzip; otherwise no decoder would accept it.
func (g *generator) stream() []byte {
	g.category = "plain"
	var stream []byte
	switch {
	case g.oneIn(400):
		stream = g.manyLargeMembers()
	case len(g.samples) > 0 && g.oneIn(30):
		g.category = "other compressors"
		stream = append(stream, g.samples[g.below(len(g.samples))]...)
	default:
		count := 1
		if g.oneIn(3) {
			count = 1 + g.below(4)
		}
		if g.oneIn(50) {
			count = 1 + g.below(60)
			g.note("many members")
		}
		for i := 0; i < count; i++ {
			stream = append(stream, g.member()...)
		}
	}
	switch g.below(10) {
	case 0:
		g.note("trailing bytes")
		stream = append(stream, g.tail()...)
	case 1:
		g.note("cut off")
		stream = stream[:g.below(len(stream)+1)]
	case 2:
		g.note("flipped bits")
		stream = g.flip(stream)
	case 3:
		if g.oneIn(3) {
			g.note("moved bytes")
			stream = g.move(stream)
		}
	}
	if len(stream) < 2 {
		stream = []byte{0x1f, 0x8b}
	}
	stream[0], stream[1] = 0x1f, 0x8b
	return stream
}

// The category of a stream is the last change that was made to it.
func (g *generator) note(category string) { g.category = category }

func (g *generator) member() []byte {
	content := g.text()
	var data []byte
	broken := keepRules
	switch g.below(10) {
	case 0:
		content, data = nil, []byte{3, 0}
	case 1:
		data = g.byGoCompressor(content)
	case 2, 3:
		data = g.deflated(content)
	default:
		data, content, broken = g.handWritten()
		if broken != keepRules {
			g.note("block: " + string(broken))
		} else {
			g.note("hand-written blocks")
		}
	}
	if g.oneIn(12) {
		g.note("flipped bits, right checksum")
		data = g.flip(data)
		// The checksum matches the damaged content, as if it had been computed by a decoder.
		decoded := byZlib(append(append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, data...), make([]byte, 8)...))
		content = append([]byte(nil), zlibContent[:decoded.length]...)
	}
	result := append(g.header(), data...)
	checksum, length := crc32.ChecksumIEEE(content), uint32(len(content))
	if g.oneIn(40) {
		g.note("wrong CRC-32")
		checksum ^= 1 << g.below(32)
	} else if g.oneIn(40) {
		g.note("wrong ISIZE")
		length ^= 1 << g.below(32)
	}
	result = binary.LittleEndian.AppendUint32(result, checksum)
	return binary.LittleEndian.AppendUint32(result, length)
}

func (g *generator) header() []byte {
	header := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	if g.oneIn(2) {
		return header
	}
	copy(header[4:], g.noise(6))
	header[3] = byte(g.below(32))
	if g.oneIn(60) {
		g.note("method")
		header[2] = byte(g.next())
	}
	if g.oneIn(60) {
		g.note("reserved flags")
		header[3] |= byte(1 << (5 + g.below(3)))
	}
	if header[3]&4 != 0 {
		extra := g.noise(g.size(2000))
		if g.oneIn(50) {
			extra = g.noise(65535 - g.below(2))
		}
		header = binary.LittleEndian.AppendUint16(header, uint16(len(extra)))
		header = append(header, extra...)
	}
	for flag := byte(8); flag <= 16; flag *= 2 {
		if header[3]&flag == 0 {
			continue
		}
		text := g.noise(g.textSize())
		for i := range text {
			if text[i] == 0 {
				text[i] = 'n'
			}
		}
		if len(text) > 511 {
			g.note("long header text")
		}
		header = append(append(header, text...), 0)
	}
	if header[3]&2 != 0 {
		checksum := uint16(crc32.ChecksumIEEE(header))
		if g.oneIn(10) {
			g.note("wrong header checksum")
			checksum ^= 1 << g.below(16)
		}
		header = binary.LittleEndian.AppendUint16(header, checksum)
	}
	return header
}

func (g *generator) textSize() int {
	switch g.below(20) {
	case 0:
		return 509 + g.below(6)
	case 1:
		return 512 + g.size(70000)
	case 2:
		return 0
	default:
		return g.size(300)
	}
}

func (g *generator) text() []byte {
	count := g.size(4000)
	if g.oneIn(40) {
		count = g.size(300000)
	}
	result := make([]byte, 0, count)
	kind := g.below(5)
	for len(result) < count {
		switch {
		case kind == 0:
			result = append(result, byte(g.next()))
		case kind == 1:
			result = append(result, "layerset"[g.below(8)])
		case kind == 2 && !g.oneIn(3):
			result = append(result, 'a')
		case len(result) > 40 && !g.oneIn(3):
			limit := len(result)
			if g.oneIn(2) {
				limit = 40
			}
			distance := 1 + g.below(limit)
			for i := 1 + g.size(300); i > 0 && len(result) < count; i-- {
				result = append(result, result[len(result)-distance])
			}
		default:
			for i := 1 + g.below(12); i > 0 && len(result) < count; i-- {
				result = append(result, byte(32+g.below(64)))
			}
		}
	}
	return result
}

// Data made by the compressors that write most layers.
func (g *generator) byGoCompressor(content []byte) []byte {
	var data bytes.Buffer
	level := g.below(12) - 2
	var writer interface {
		Write([]byte) (int, error)
		Flush() error
		Close() error
	}
	if g.oneIn(2) {
		writer, _ = stdflate.NewWriter(&data, level)
	} else {
		writer, _ = flate.NewWriter(&data, level)
	}
	half := g.below(len(content) + 1)
	writer.Write(content[:half])
	if g.oneIn(3) {
		writer.Flush()
	}
	writer.Write(content[half:])
	writer.Close()
	return data.Bytes()
}

// Members whose first ten bytes are equal, which the product reads in parts.
func (g *generator) manyLargeMembers() []byte {
	g.category = "large"
	header := []byte{0x1f, 0x8b, 8, byte(8 * g.below(2)), 0, 0, 0, 0, 0, 255}
	var stream []byte
	for i := 3 + g.below(30); i > 0; i-- {
		content := g.text()
		for len(content) < 40000 {
			content = append(content, g.noise(100)...)
			content = append(content, g.text()...)
		}
		stream = append(stream, header...)
		if header[3] != 0 {
			name := bytes.Repeat([]byte{'n'}, g.size(300))
			if g.oneIn(20) {
				g.note("large, long header text")
				name = bytes.Repeat([]byte{'n'}, 512)
			}
			stream = append(append(stream, name...), 0)
		}
		stream = append(stream, g.deflated(content)...)
		stream = binary.LittleEndian.AppendUint32(stream, crc32.ChecksumIEEE(content))
		stream = binary.LittleEndian.AppendUint32(stream, uint32(len(content)))
		if g.oneIn(200) {
			g.note("large, bytes between members")
			stream = append(stream, header[:1+g.below(10)]...)
		}
	}
	return stream
}

func (g *generator) tail() []byte {
	switch g.below(8) {
	case 0:
		return []byte{0x1f}
	case 1:
		return []byte{0x1f, 0x8b}
	case 2:
		return make([]byte, 1+g.size(2000))
	case 3:
		header := g.header()
		return header[:g.below(len(header)+1)]
	case 4:
		return append(make([]byte, 1+g.below(512)), g.member()...)
	case 5:
		return []byte{0x1f, byte(g.next())}
	default:
		return g.noise(1 + g.size(200))
	}
}

func (g *generator) flip(stream []byte) []byte {
	result := append([]byte(nil), stream...)
	if len(result) == 0 {
		return result
	}
	for i := 1 + g.below(3); i > 0; i-- {
		limit := len(result)
		if g.oneIn(2) {
			// Often in the first bytes, where headers are.
			limit = min(limit, 100)
		}
		result[g.below(limit)] ^= 1 << g.below(8)
	}
	return result
}

// Removes, inserts or repeats bytes.
func (g *generator) move(stream []byte) []byte {
	if len(stream) < 3 {
		return stream
	}
	start := g.below(len(stream))
	end := start + 1 + g.size(min(len(stream)-start-1, 40)+1)
	if end > len(stream) {
		end = len(stream)
	}
	head, part, rest := stream[:start], stream[start:end], stream[end:]
	result := append([]byte(nil), head...)
	switch g.below(3) {
	case 0:
	case 1:
		result = append(append(result, part...), part...)
	default:
		result = append(append(result, part...), g.noise(1+g.below(4))...)
	}
	return append(result, rest...)
}
