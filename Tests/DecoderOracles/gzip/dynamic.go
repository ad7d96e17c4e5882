// layerverify: blocks with their own codes, which follow or break rules.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

var lengthOrder = []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// The lengths of a complete code for `symbols`, the leaves of a random tree; a single symbol gets one bit.
func (g *generator) completeLengths(symbols []int, capacity, longest int) []int {
	lengths := make([]int, capacity)
	if len(symbols) == 0 {
		return lengths
	}
	leaves := []int{0}
	isDeep := g.oneIn(3)
	for len(leaves) < len(symbols) || len(leaves) < 2 && len(symbols) > 1 {
		place := g.below(len(leaves))
		if isDeep {
			place = len(leaves) - 1
		}
		for leaves[place] >= longest {
			place = g.below(len(leaves))
		}
		leaves[place]++
		leaves = append(leaves, leaves[place])
	}
	if len(symbols) == 1 {
		leaves[0] = 1
	}
	g.shuffle(leaves)
	for i, symbol := range symbols {
		lengths[symbol] = leaves[i]
	}
	return lengths
}

// Makes a complete code incomplete or over-subscribed by changing the length of one symbol.
func (g *generator) spoil(lengths []int, change int) {
	start := g.below(len(lengths))
	for i := range lengths {
		symbol := (start + i) % len(lengths)
		if changed := lengths[symbol] + change; lengths[symbol] > 0 && changed >= 1 && changed <= 15 {
			lengths[symbol] = changed
			return
		}
	}
}

func (w *blockWriter) dynamic(isLast bool, broken rule) {
	var tokens []token
	if broken != longOnlyLiteral {
		tokens = w.tokens(broken)
	}
	uses := make([]bool, 288)
	usesDistance := make([]bool, 32)
	uses[256] = true
	for _, t := range tokens {
		if t.length == 0 {
			uses[t.literal] = true
			continue
		}
		uses[257+symbolOf(t.length, lengthBases)] = true
		usesDistance[symbolOf(t.distance, distanceBases)] = true
	}
	switch broken {
	case noDistanceCodes, otherBitOfDistance, longOnlyDistance:
		uses[257] = true
	case distanceTooFar:
		for place := 0; place < 9; place++ {
			uses[257+place] = true
		}
		for symbol := 0; symbol < 30; symbol++ {
			usesDistance[symbol] = true
		}
	case noEndOfBlock:
		uses[256] = false
		uses[0], uses[1] = true, true
	}
	if broken != longOnlyLiteral && !w.oneIn(4) {
		for i := w.below(20); i > 0; i-- {
			if symbol := w.below(286); symbol != 256 {
				uses[symbol] = true
			}
		}
	}
	if broken == keepRules && w.oneIn(3) {
		for i := 1 + w.below(30); i > 0; i-- {
			usesDistance[w.below(30)] = true
		}
	}
	literals := w.completeLengths(used(uses), 288, 15)
	distances := w.completeLengths(used(usesDistance), 32, 15)
	switch broken {
	case incompleteLiterals:
		w.spoil(literals, 1)
	case oversubscribedLiterals:
		w.spoil(literals, -1)
	case longOnlyLiteral:
		literals[256] = 2 + w.below(14)
	case incompleteDistances:
		if len(used(usesDistance)) < 2 {
			distances[0], distances[1] = 2, 2
		}
		w.spoil(distances, 1)
	case oversubscribedDistances:
		distances = w.completeLengths([]int{0, 1, 2, 3}, 32, 15)
		w.spoil(distances, -1)
	case longOnlyDistance:
		distances[w.below(4)] = 2 + w.below(14)
	case otherBitOfDistance:
		distances[w.below(4)] = 1
	}
	literalCode, distanceCode := makeCode(literals), makeCode(distances)
	w.header(2, isLast, broken)
	w.codes(literals, distances, broken)
	for _, t := range tokens {
		if t.length > 0 && distances[symbolOf(t.distance, distanceBases)] == 0 {
			break
		}
		w.token(t, literalCode, distanceCode)
	}
	switch broken {
	case noDistanceCodes:
		w.symbol(literalCode, 257)
		w.number(0, w.below(3))
	case longOnlyDistance:
		w.symbol(literalCode, 257)
		w.number(0, 15)
	case otherBitOfDistance:
		w.symbol(literalCode, 257)
		w.number(1, 1)
	case distanceTooFar:
		w.tooFar(literalCode, distanceCode)
	}
	if broken != endLeftOut && broken != noEndOfBlock {
		w.symbol(literalCode, 256)
	}
}

func used(uses []bool) []int {
	var symbols []int
	for symbol, isUsed := range uses {
		if isUsed {
			symbols = append(symbols, symbol)
		}
	}
	return symbols
}

// One code length, or a repetition with extra bits.
type lengthToken struct{ symbol, extra, bits int }

// The header of a dynamic block (RFC 1951 §3.2.7).
func (w *blockWriter) codes(literals, distances []int, broken rule) {
	literalCount, distanceCount := leastCount(literals, 257), leastCount(distances, 1)
	if w.oneIn(3) {
		literalCount += w.below(287 - min(literalCount, 286))
	}
	if w.oneIn(3) {
		distanceCount += w.below(31 - min(distanceCount, 30))
	}
	switch broken {
	case tooManyLiterals:
		literalCount = 287 + w.below(2)
	case tooManyDistances:
		distanceCount = 31 + w.below(2)
	}
	all := append(append([]int{}, literals[:literalCount]...), distances[:distanceCount]...)
	tokens := w.lengthTokens(all)
	switch broken {
	case repeatAtStart:
		tokens = append([]lengthToken{{16, w.below(4), 2}}, tokens...)
	case repeatTooLong:
		tokens = append(tokens[:len(tokens)-1], lengthToken{18, 127, 7})
	}
	uses := make([]bool, 19)
	for _, t := range tokens {
		uses[t.symbol] = true
	}
	if broken != oneLengthCode && (len(used(uses)) < 2 || w.oneIn(3)) {
		for i := 1 + w.below(19); i > 0; i-- {
			uses[w.below(19)] = true
		}
		uses[0], uses[17] = true, true
	}
	lengths := w.completeLengths(used(uses), 19, 7)
	switch broken {
	case incompleteLengths:
		for symbol, length := range lengths {
			if length > 0 && length < 7 {
				lengths[symbol]++
				break
			}
		}
	case oversubscribedLengths:
		w.spoil(lengths, -1)
	case noLengthCodes:
		lengths = make([]int, 19)
	case oneLengthCode:
		// All code lengths are equal: a code of one bit is enough.
		only := []int{1, 8, 0, 15}[w.below(4)]
		lengths = make([]int, 19)
		lengths[only] = 1
		tokens = nil
		for i := 0; i < literalCount+distanceCount; i++ {
			tokens = append(tokens, lengthToken{symbol: only})
		}
	}
	code := makeCode(lengths)
	count := 4
	for place, symbol := range lengthOrder {
		if lengths[symbol] > 0 && place >= count {
			count = place + 1
		}
	}
	if w.oneIn(3) {
		count = 19
	}
	w.number(literalCount-257, 5)
	w.number(distanceCount-1, 5)
	w.number(count-4, 4)
	for _, symbol := range lengthOrder[:count] {
		w.number(lengths[symbol], 3)
	}
	for _, t := range tokens {
		w.symbol(code, t.symbol)
		w.number(t.extra, t.bits)
	}
}

func leastCount(lengths []int, least int) int {
	count := least
	for symbol, length := range lengths {
		if length > 0 && symbol >= count {
			count = symbol + 1
		}
	}
	return count
}

// Code lengths, with repetitions where possible, or sometimes none. Repetitions may extend from one alphabet into the
// other.
func (w *blockWriter) lengthTokens(lengths []int) []lengthToken {
	var tokens []lengthToken
	usesRepeats := !w.oneIn(6)
	for i := 0; i < len(lengths); {
		run := 1
		for i+run < len(lengths) && lengths[i+run] == lengths[i] {
			run++
		}
		if run > 3 && w.oneIn(4) {
			run = 3 + w.below(run-2)
		}
		switch {
		case usesRepeats && lengths[i] == 0 && run >= 11:
			run = min(run, 138)
			tokens = append(tokens, lengthToken{18, run - 11, 7})
		case usesRepeats && lengths[i] == 0 && run >= 3:
			run = min(run, 10)
			tokens = append(tokens, lengthToken{17, run - 3, 3})
		case usesRepeats && i > 0 && lengths[i-1] == lengths[i] && run >= 3:
			run = min(run, 6)
			tokens = append(tokens, lengthToken{16, run - 3, 2})
		default:
			run = 1
			tokens = append(tokens, lengthToken{symbol: lengths[i]})
		}
		i += run
	}
	return tokens
}
