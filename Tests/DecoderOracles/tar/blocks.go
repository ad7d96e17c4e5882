// layerverify: header blocks of tar archives, right and wrong ones.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
)

const blockSize = 512

// The places and lengths of the numeric fields.
var (
	modeField     = [2]int{100, 8}
	userField     = [2]int{108, 8}
	groupField    = [2]int{116, 8}
	sizeField     = [2]int{124, 12}
	timeField     = [2]int{136, 12}
	checksumField = [2]int{148, 8}
	majorField    = [2]int{329, 8}
	minorField    = [2]int{337, 8}
	starFields    = [][2]int{{476, 12}, {488, 12}}
	gnuFields     = [][2]int{{345, 12}, {357, 12}}
	realSizeField = [2]int{483, 12}
)

var magics = []string{
	"ustar\x0000", "ustar\x0000", "ustar\x0000", "ustar  \x00", "ustar  \x00", "ustar\x00  ", "ustar\x00\x00\x00", "ustar 00", "",
	"USTAR\x0000", "ustar  1", "tar\x00tar\x00",
}

func pick[T any](random *rand.Rand, values []T) T { return values[random.Intn(len(values))] }

// One in n.
func rarely(random *rand.Rand, n int) bool { return random.Intn(n) == 0 }

// Puts a number in one of the forms that are in use, or in a wrong one.
func putNumber(random *rand.Rand, block []byte, field [2]int, value int64) {
	bytes := block[field[0] : field[0]+field[1]]
	width := field[1]
	octal := strconv.FormatInt(value, 8)
	padded := strings.Repeat("0", max(0, width-1-len(octal))) + octal
	switch random.Intn(24) {
	case 0:
		putBase256(bytes, value)
	case 1:
		copy(bytes, fmt.Sprintf("%*s ", width-1, octal))
	case 2:
		copy(bytes, octal+" \x00")
	case 3:
		copy(bytes, " \x00 "+octal)
	case 4:
		if rarely(random, 8) {
			copy(bytes, pick(random, []string{"        ", "8", "12\x00x", "1 2", "-1", "+1", "0x1", "1\x009", " ", "\x00\x00\x007", "\x007\x00 9 "}))
		} else {
			copy(bytes, padded)
		}
	case 5:
		if rarely(random, 8) {
			random.Read(bytes)
			bytes[0] |= 0x80
		} else {
			copy(bytes, padded)
		}
	case 6:
		if rarely(random, 4) {
			putBase256(bytes, pick(random, []int64{-1, -2, 1 << 31, 1 << 32, 1<<62 - 1, -1 << 62, 0}))
		} else {
			copy(bytes, padded)
		}
	default:
		copy(bytes, padded)
	}
}

func putBase256(bytes []byte, value int64) {
	for place := len(bytes) - 1; place >= 0; place-- {
		bytes[place] = byte(value)
		value >>= 8
	}
	bytes[0] |= 0x80
}

// Puts a checksum: of unsigned bytes, of signed ones, in several forms, or a wrong one.
func putChecksum(random *rand.Rand, block []byte) {
	field := block[checksumField[0] : checksumField[0]+checksumField[1]]
	copy(field, "        ")
	unsigned, signed := 0, 0
	for _, value := range block[:blockSize] {
		unsigned += int(value)
		signed += int(int8(value))
	}
	sum := unsigned
	if signed >= 0 && rarely(random, 10) {
		sum = signed
	}
	if rarely(random, 400) {
		sum++
	}
	form := "%06o\x00 "
	switch random.Intn(12) {
	case 0:
		form = "%07o\x00"
	case 1:
		form = "%8o"
	case 2:
		form = "%06o  "
	case 3:
		form = "%o\x00\x00"
	}
	copy(field, fmt.Sprintf(form, sum))
}

var names = []string{
	"f", "dir/", "dir/f", "./f", "/f", "../f", "", "a/b/c/d", "name\xff", "caf\xc3\xa9", strings.Repeat("x", 100), strings.Repeat("y/", 50),
	strings.Repeat("z", 99), ".wh.f", "dir/.wh..wh..opq", "f\x00junk", "link", "blank name",
}

// A header block of any format. `size` is what the field says, unless the field is made wrong.
func headerBlock(random *rand.Rand, typeFlag byte, size int64) []byte {
	block := make([]byte, blockSize)
	copy(block, pick(random, names))
	putNumber(random, block, modeField, int64(pick(random, []int{0o644, 0o755, 0o100644, 0, 0o7777})))
	putNumber(random, block, userField, int64(random.Intn(3)*1000))
	putNumber(random, block, groupField, int64(random.Intn(3)*1000))
	putNumber(random, block, sizeField, size)
	putNumber(random, block, timeField, int64(random.Intn(1<<31)))
	block[156] = typeFlag
	if rarely(random, 3) {
		copy(block[157:257], pick(random, names))
	}
	magic := pick(random, magics)
	copy(block[257:], magic)
	if !rarely(random, 4) {
		copy(block[265:297], pick(random, []string{"root", "nobody", "", strings.Repeat("u", 32), "r\xc3\xb6\xc3\xb6t"}))
		copy(block[297:329], pick(random, []string{"root", "staff", "", strings.Repeat("g", 32)}))
		putNumber(random, block, majorField, int64(random.Intn(300)))
		putNumber(random, block, minorField, int64(random.Intn(300)))
	}
	switch random.Intn(8) {
	case 0:
		copy(block[345:500], pick(random, []string{"prefix", strings.Repeat("p", 155), "p\xff", "0000001\x00", strings.Repeat("p", 131)}))
	case 1:
		copy(block[508:], "tar\x00")
		for _, field := range starFields {
			putNumber(random, block, field, int64(random.Intn(1<<31)))
		}
	case 2:
		for _, field := range gnuFields {
			putNumber(random, block, field, int64(random.Intn(1<<31)))
		}
	}
	if rarely(random, 200) {
		block[random.Intn(blockSize)] = byte(random.Intn(256))
	}
	return block
}

func max(one, other int) int {
	if one > other {
		return one
	}
	return other
}
