// layerverify: changes tar archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"math/rand"
)

var values = []byte{0, 1, ' ', '/', '0', '7', '8', '9', '=', '\n', ',', 'x', 'g', 'L', 'K', 'S', '5', 0x7f, 0x80, 0xc0, 0xff}

// Changes an archive in a few places. Most changes would make the checksum of a header wrong, so it is put right, except
// at times.
func changed(random *rand.Rand, archive []byte, seeds [][]byte) []byte {
	isHeader := make([]bool, len(archive)/blockSize)
	for index := range isHeader {
		block := archive[index*blockSize:][:blockSize]
		isHeader[index] = bytes.HasPrefix(block[257:], []byte("ustar")) || isOctal(block[checksumField[0]:][:6]) && block[0] != 0
	}
	archive = append([]byte{}, archive...)
	isRight := !rarely(random, 10)
	for count := 1 + random.Intn(4); count > 0 && len(archive) > 0; count-- {
		if random.Intn(4) > 0 {
			changeByte(random, archive, isHeader)
			continue
		}
		if isRight {
			correct(archive, isHeader)
		}
		archive = changeBlocks(random, archive, seeds)
		isHeader = nil
	}
	if isRight {
		correct(archive, isHeader)
	}
	return archive
}

// Changes one byte, more often in a header than elsewhere.
func changeByte(random *rand.Rand, archive []byte, isHeader []bool) {
	place := random.Intn(len(archive))
	for try := 0; try < 4 && place/blockSize < len(isHeader) && !isHeader[place/blockSize]; try++ {
		place = random.Intn(len(archive))
	}
	switch random.Intn(3) {
	case 0:
		archive[place] ^= 1 << random.Intn(8)
	case 1:
		archive[place] = pick(random, values)
	default:
		// A neighbour within the field.
		archive[place] = archive[(place+1)%len(archive)]
	}
}

// Removes, repeats, moves or adds blocks, or cuts the archive.
func changeBlocks(random *rand.Rand, archive []byte, seeds [][]byte) []byte {
	count := len(archive) / blockSize
	if count == 0 || rarely(random, 5) {
		return archive[:random.Intn(len(archive)+1)]
	}
	place := random.Intn(count) * blockSize
	length := blockSize
	if rarely(random, 10) {
		length = 1 + random.Intn(blockSize)
	}
	switch random.Intn(4) {
	case 0:
		return append(archive[:place:place], archive[place+length:]...)
	case 1:
		return append(archive[:place+length:place+length], archive[place:]...)
	case 2:
		return append(archive[:place:place], append(make([]byte, length), archive[place:]...)...)
	default:
		other := pick(random, seeds)
		start := 0
		if len(other) >= blockSize {
			start = random.Intn(len(other)/blockSize) * blockSize
		}
		end := start + (1+random.Intn(4))*blockSize
		if end > len(other) {
			end = len(other)
		}
		return append(archive[:place:place], append(append([]byte{}, other[start:end]...), archive[place:]...)...)
	}
}

func isOctal(text []byte) bool {
	for _, value := range text {
		if value < '0' || value > '7' {
			return false
		}
	}
	return true
}

// Puts right the checksum of each header.
func correct(archive []byte, isHeader []bool) {
	for index := range isHeader {
		if !isHeader[index] || (index+1)*blockSize > len(archive) {
			continue
		}
		block := archive[index*blockSize:][:blockSize]
		field := block[checksumField[0]:][:checksumField[1]]
		copy(field, "        ")
		sum := 0
		for _, value := range block {
			sum += int(value)
		}
		for digit := 5; digit >= 0; digit-- {
			field[digit] = '0' + byte(sum&7)
			sum >>= 3
		}
		field[6] = 0
	}
}
