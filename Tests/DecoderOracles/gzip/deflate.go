// layerverify: hand-written DEFLATE data that follow or break rules.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

// Numbers are written lowest bit first, Huffman codes highest bit first (RFC 1951 §3.1.1).
type bitWriter struct {
	bytes []byte
	count uint
}

func (w *bitWriter) bit(bit int) {
	if w.count%8 == 0 {
		w.bytes = append(w.bytes, 0)
	}
	w.bytes[len(w.bytes)-1] |= byte(bit&1) << (w.count % 8)
	w.count++
}

func (w *bitWriter) number(value, bits int) {
	for i := 0; i < bits; i++ {
		w.bit(value >> i)
	}
}

func (w *bitWriter) code(value, bits int) {
	for i := bits - 1; i >= 0; i-- {
		w.bit(value >> i)
	}
}

func (w *bitWriter) align() {
	for w.count%8 != 0 {
		w.bit(0)
	}
}

// A Huffman code, made from the lengths of its symbols (RFC 1951 §3.2.2).
type huffmanCode struct{ lengths, codes []int }

func makeCode(lengths []int) huffmanCode {
	code := huffmanCode{lengths, make([]int, len(lengths))}
	next := 0
	for length := 1; length <= 15; length++ {
		next <<= 1
		for symbol, l := range lengths {
			if l == length {
				code.codes[symbol] = next
				next++
			}
		}
	}
	return code
}

func (w *bitWriter) symbol(code huffmanCode, symbol int) {
	w.code(code.codes[symbol], code.lengths[symbol])
}

// A literal, a match, or, with a length of zero and no distance, a single symbol.
type token struct {
	literal          byte
	length, distance int
}

var lengthBases = []int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
var lengthBits = []int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
var distanceBases = []int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}

func distanceBits(symbol int) int {
	if symbol < 4 || symbol > 29 {
		return 0
	}
	return symbol/2 - 1
}

func symbolOf(value int, bases []int) int {
	symbol := len(bases) - 1
	for bases[symbol] > value {
		symbol--
	}
	return symbol
}

// A rule that a block can break. The content is what a decoder that ignores the rule would produce, and the checksum
// matches it.
type rule string

const (
	keepRules               rule = ""
	incompleteLiterals      rule = "incomplete literals"
	oversubscribedLiterals  rule = "over-subscribed literals"
	incompleteDistances     rule = "incomplete distances"
	oversubscribedDistances rule = "over-subscribed distances"
	incompleteLengths       rule = "incomplete code lengths"
	oversubscribedLengths   rule = "over-subscribed code lengths"
	oneLengthCode           rule = "one code for code lengths"
	noLengthCodes           rule = "no codes for code lengths"
	longOnlyLiteral         rule = "one literal code of two bits"
	longOnlyDistance        rule = "one distance code of two bits"
	otherBitOfDistance      rule = "the other bit of the only distance"
	noDistanceCodes         rule = "a match without distance codes"
	noEndOfBlock            rule = "no code for the end of block"
	tooManyLiterals         rule = "HLIT above 286"
	tooManyDistances        rule = "HDIST above 30"
	repeatAtStart           rule = "repeat code at the start"
	repeatTooLong           rule = "repeat code beyond the end"
	reservedLength          rule = "symbol 286 or 287"
	reservedDistance        rule = "distance 30 or 31"
	distanceTooFar          rule = "distance beyond the beginning"
	storedMismatch          rule = "LEN and NLEN differ"
	reservedBlock           rule = "block type 3"
	endLeftOut              rule = "end of block left out"
	noLastBlock             rule = "no last block"
)

var dynamicRules = []rule{
	incompleteLiterals, oversubscribedLiterals, incompleteDistances, oversubscribedDistances, incompleteLengths,
	oversubscribedLengths, oneLengthCode, noLengthCodes, longOnlyLiteral, longOnlyDistance, otherBitOfDistance,
	noDistanceCodes, noEndOfBlock, tooManyLiterals, tooManyDistances, repeatAtStart, repeatTooLong, distanceTooFar,
	endLeftOut, noLastBlock,
}
var fixedRules = []rule{reservedLength, reservedDistance, distanceTooFar, endLeftOut, noLastBlock, reservedBlock}
var storedRules = []rule{storedMismatch, noLastBlock, reservedBlock}

// Writes blocks by hand, and keeps their content.
type blockWriter struct {
	*generator
	bitWriter
	content []byte
}

// Data of some blocks, the last of which may break one rule, and their intended content.
func (g *generator) handWritten() (data, content []byte, broken rule) {
	w := blockWriter{generator: g}
	count := 1 + g.below(4)
	if g.oneIn(12) {
		count = 1 + g.below(30)
	}
	breaks := g.oneIn(2)
	for i := 0; i < count; i++ {
		isLast := i == count-1
		var kept rule
		switch g.below(4) {
		case 0:
			if breaks && isLast {
				kept = storedRules[g.below(len(storedRules))]
			}
			w.stored(isLast, kept)
		case 1:
			if breaks && isLast {
				kept = fixedRules[g.below(len(fixedRules))]
			}
			w.fixed(isLast, kept)
		default:
			if breaks && isLast {
				kept = dynamicRules[g.below(len(dynamicRules))]
			}
			w.dynamic(isLast, kept)
		}
		broken = kept
	}
	w.align()
	return w.bytes, w.content, broken
}

func (w *blockWriter) header(kind int, isLast bool, broken rule) {
	last := 0
	if isLast && broken != noLastBlock {
		last = 1
	}
	if broken == reservedBlock {
		kind = 3
	}
	w.number(last, 1)
	w.number(kind, 2)
}

func (w *blockWriter) stored(isLast bool, broken rule) {
	w.header(0, isLast, broken)
	w.align()
	bytes := w.noise(w.size(2000))
	if w.oneIn(100) {
		bytes = w.noise(65535 - w.below(2))
	}
	complement := len(bytes) ^ 0xffff
	if broken == storedMismatch {
		complement ^= 1 << w.below(16)
	}
	w.number(len(bytes), 16)
	w.number(complement, 16)
	w.bytes = append(w.bytes, bytes...)
	w.count += uint(8 * len(bytes))
	w.content = append(w.content, bytes...)
}

// Some tokens that a decoder can decode, and that are then part of the content.
func (w *blockWriter) tokens(broken rule) []token {
	count := w.size(300)
	if w.oneIn(30) {
		count = w.size(20000)
	}
	alphabet := 1 + w.below(256)
	if w.oneIn(2) {
		alphabet = 1 + w.below(8)
	}
	matchShare := w.below(5)
	if broken == noDistanceCodes || broken == otherBitOfDistance || broken == distanceTooFar || broken == longOnlyDistance {
		matchShare = 0
	}
	tokens := make([]token, 0, count)
	for i := 0; i < count; i++ {
		if len(w.content) == 0 || w.below(5) >= matchShare {
			tokens = append(tokens, token{literal: byte(w.below(alphabet) * 37)})
		} else {
			tokens = append(tokens, token{length: w.matchLength(), distance: w.matchDistance()})
		}
		w.follow(tokens[i])
	}
	return tokens
}

func (w *blockWriter) matchLength() int {
	switch w.below(4) {
	case 0:
		return 258
	case 1:
		return 3 + w.below(8)
	default:
		return 3 + w.below(256)
	}
}

func (w *blockWriter) matchDistance() int {
	farthest := len(w.content)
	if farthest > 32768 {
		farthest = 32768
	}
	switch w.below(5) {
	case 0:
		return farthest
	case 1:
		return 1
	case 2:
		return 1 + w.below(min(farthest, 40))
	default:
		return 1 + w.below(farthest)
	}
}

// Executes a token; bytes before the beginning are zero.
func (w *blockWriter) follow(t token) {
	if t.length == 0 {
		w.content = append(w.content, t.literal)
		return
	}
	for i := 0; i < t.length; i++ {
		from := len(w.content) - t.distance
		if from < 0 {
			w.content = append(w.content, 0)
		} else {
			w.content = append(w.content, w.content[from])
		}
	}
}

func (w *blockWriter) token(t token, literals, distances huffmanCode) {
	if t.length == 0 {
		w.symbol(literals, int(t.literal))
		return
	}
	place := symbolOf(t.length, lengthBases)
	if t.length == 258 && literals.lengths[257+27] > 0 && w.oneIn(3) {
		place = 27
	}
	w.symbol(literals, 257+place)
	w.number(t.length-lengthBases[place], lengthBits[place])
	w.distance(t.distance, distances)
}

func (w *blockWriter) distance(distance int, distances huffmanCode) {
	symbol := symbolOf(distance, distanceBases)
	w.symbol(distances, symbol)
	w.number(distance-distanceBases[symbol], distanceBits(symbol))
}

func (w *blockWriter) fixed(isLast bool, broken rule) {
	lengths := make([]int, 288)
	for symbol := range lengths {
		switch {
		case symbol < 144:
			lengths[symbol] = 8
		case symbol < 256:
			lengths[symbol] = 9
		case symbol < 280:
			lengths[symbol] = 7
		default:
			lengths[symbol] = 8
		}
	}
	distanceLengths := make([]int, 32)
	for symbol := range distanceLengths {
		distanceLengths[symbol] = 5
	}
	literals, distances := makeCode(lengths), makeCode(distanceLengths)
	w.header(1, isLast, broken)
	for _, t := range w.tokens(broken) {
		w.token(t, literals, distances)
	}
	switch broken {
	case reservedLength:
		w.symbol(literals, 286+w.below(2))
		w.symbol(distances, w.below(4))
	case reservedDistance:
		w.symbol(literals, 257)
		w.symbol(distances, 30+w.below(2))
	case distanceTooFar:
		w.tooFar(literals, distances)
	}
	if broken != endLeftOut {
		w.symbol(literals, 256)
	}
}

// A match from just before the beginning of the content, or from far before it.
func (w *blockWriter) tooFar(literals, distances huffmanCode) {
	if len(w.content) >= 32768 {
		return
	}
	t := token{length: 3 + w.below(8), distance: len(w.content) + 1}
	if w.oneIn(2) {
		t.distance += w.below(32769 - t.distance)
	}
	w.token(t, literals, distances)
	w.follow(t)
}
