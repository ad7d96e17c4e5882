// layerverify: compares StrictJSON with Go's encoding/json on changed documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// What StrictJSON accepts must be valid for Go, have no name twice in an object, and have the same values. What it refuses must
// be invalid for Go, have a name twice, or be text that Go replaces: bytes that are not UTF-8 and lone surrogates.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

var pieces = []string{
	"{", "}", "[", "]", ",", ":", `""`, `"a"`, `"a":`, `"layers":`, `"LAYERS":1,`, "0", "-0", "1e9", "-1.5E+3", "01", "1.", ".5",
	"true", "false", "null", "nul", `\u0061`, `\ud83d\ude00`, `\ud800`, `\udc00`, `\u017f`, `\/`, `\x`, "\xef\xbb\xbf", "\xc3\xa9",
	"\xc0\x80", "\xed\xa0\x80", "\xf4\x8f\xbf\xbf", "\xff", "\x00", "\n", " ", "\t", "\r", "\u00a0", "[[[[[[[[", "18446744073709551616",
}

func main() {
	probe := flag.String("probe", "", "the program that reads documents")
	seconds := flag.Int("seconds", 10, "how long")
	seed := flag.Int64("seed", 1, "the seed of the changes")
	artifacts := flag.String("artifacts", "/tmp", "the folder for documents that the readers disagree on")
	flag.Parse()

	var seeds [][]byte
	for _, pattern := range flag.Args() {
		files, _ := filepath.Glob(filepath.Join(pattern, "*"))
		for _, file := range files {
			document, err := os.ReadFile(file)
			check(err)
			seeds = append(seeds, document)
		}
	}
	if len(seeds) == 0 {
		fmt.Fprintln(os.Stderr, "no seeds")
		os.Exit(64)
	}
	reader := start(*probe)
	random := rand.New(rand.NewSource(*seed))
	end := time.Now().Add(time.Duration(*seconds) * time.Second)
	accepted, count := 0, 0
	for ; count < len(seeds) || time.Now().Before(end); count++ {
		document := seeds[count%len(seeds)]
		if count >= len(seeds) {
			document = changed(random, document, seeds)
		}
		isAccepted, complaint := compare(document, reader.ask(document))
		if complaint != "" {
			path := filepath.Join(*artifacts, fmt.Sprintf("json-%d-%d", *seed, count))
			check(os.WriteFile(path, document, 0o644))
			fmt.Fprintf(os.Stderr, "%s: %s (seed %d)\n", path, complaint, *seed)
			os.Exit(1)
		}
		if isAccepted {
			accepted++
		}
	}
	fmt.Printf("%d documents, %d of them accepted: as Go's encoding/json (seed %d)\n", count, accepted, *seed)
}

// A program that answers each document with a line.
type probeReader struct {
	input  io.Writer
	output *bufio.Reader
}

func start(path string) probeReader {
	command := exec.Command(path)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	check(err)
	output, err := command.StdoutPipe()
	check(err)
	check(command.Start())
	return probeReader{input, bufio.NewReaderSize(output, 1<<20)}
}

func (reader probeReader) ask(document []byte) string {
	framed := binary.BigEndian.AppendUint32(nil, uint32(len(document)))
	_, err := reader.input.Write(append(framed, document...))
	check(err)
	line, err := reader.output.ReadString('\n')
	if err != nil {
		path := filepath.Join(os.TempDir(), "json-without-answer")
		_ = os.WriteFile(path, document, 0o644)
		fmt.Fprintf(os.Stderr, "%s: the reader ended\n", path)
		os.Exit(1)
	}
	return strings.TrimSuffix(line, "\n")
}

func compare(document []byte, answer string) (isAccepted bool, complaint string) {
	valid := json.Valid(document)
	var rendered string
	var repeats bool
	if valid {
		rendered, repeats = render(document)
	}
	isAccepted = strings.HasPrefix(answer, "accepted ")
	values := strings.TrimPrefix(answer, "accepted ")
	switch {
	case isAccepted && !valid:
		complaint = "accepted, and not valid for Go"
	case isAccepted && repeats:
		complaint = "accepted, with a name twice"
	case isAccepted && values != rendered:
		complaint = "other values: " + values + "; Go reads " + rendered
	case strings.HasPrefix(answer, "refused duplicateKey") && !repeats && valid:
		complaint = "no name is there twice: " + answer
	case strings.HasPrefix(answer, "refused invalid") && valid && utf8.Valid(document) && !strings.Contains(answer, "lone surrogate"):
		complaint = "valid for Go: " + answer
	case strings.HasPrefix(answer, "refused tooDeep") && valid:
		complaint = "not too deep for Go: " + answer
	}
	return isAccepted, complaint
}

// Writes the values without white space, as JSONRendering does, and tells whether a name is twice in an object.
func render(document []byte) (text string, repeats bool) {
	type level struct {
		names map[string]bool // nil in an array
		count int
	}
	var out strings.Builder
	var levels []*level
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return out.String(), repeats
		}
		if err != nil {
			return "no token: " + err.Error(), repeats
		}
		delimiter, isDelimiter := token.(json.Delim)
		if isDelimiter && (delimiter == ']' || delimiter == '}') {
			levels = levels[:len(levels)-1]
			out.WriteRune(rune(delimiter))
			continue
		}
		isName := false
		if len(levels) > 0 {
			top := levels[len(levels)-1]
			isName = top.names != nil && top.count%2 == 0
			if top.names != nil && !isName {
				out.WriteByte(':')
			} else if top.count > 0 {
				out.WriteByte(',')
			}
			top.count++
			if isName {
				name := token.(string)
				repeats = repeats || top.names[name]
				top.names[name] = true
			}
		}
		switch value := token.(type) {
		case json.Delim:
			out.WriteRune(rune(value))
			if value == '{' {
				levels = append(levels, &level{names: map[string]bool{}})
			} else {
				levels = append(levels, &level{})
			}
		case string:
			writeString(&out, value)
		case json.Number:
			out.WriteString(value.String())
		case bool:
			fmt.Fprint(&out, value)
		case nil:
			out.WriteString("null")
		}
	}
}

func writeString(out *strings.Builder, text string) {
	out.WriteByte('"')
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\' {
			out.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(out, `\u%04x`, unit)
		}
	}
	out.WriteByte('"')
}

// A document with one to four changes.
func changed(random *rand.Rand, document []byte, seeds [][]byte) []byte {
	result := append([]byte(nil), document...)
	for changes := 1 + random.Intn(4); changes > 0; changes-- {
		at := random.Intn(len(result) + 1)
		end := min(len(result), at+1+random.Intn(12))
		switch random.Intn(7) {
		case 0, 1:
			result = insert(result, at, []byte(pieces[random.Intn(len(pieces))]))
		case 2:
			result = append(result[:at:at], result[end:]...)
		case 3:
			result = insert(result, at, result[at:end])
		case 4:
			if at < len(result) {
				result[at] ^= 1 << random.Intn(8)
			}
		case 5:
			other := seeds[random.Intn(len(seeds))]
			from := random.Intn(len(other) + 1)
			result = insert(result, at, other[from:min(len(other), from+random.Intn(40))])
		case 6:
			// A string, a name, a number or a bracket somewhere else in the document.
			from := random.Intn(len(result) + 1)
			result = insert(result, at, result[from:min(len(result), from+random.Intn(40))])
		}
	}
	return result
}

func insert(document []byte, at int, piece []byte) []byte {
	result := append([]byte(nil), document[:at]...)
	return append(append(result, piece...), document[at:]...)
}

func min(one, other int) int {
	if one < other {
		return one
	}
	return other
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
