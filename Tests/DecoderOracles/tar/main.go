// layerverify: compares TarStreamReader with Go's archive/tar on changed archives.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Both must find the same entries with the same values and content, and refuse at the same point for the same kind of reason.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
)

const batchSize = 64

// An archive, and what decides the sizes of the pieces in which the probe reads it.
type job struct {
	number  int
	archive []byte
	seed    uint32
}

func main() {
	probe := flag.String("probe", "", "the program that reads archives")
	count := flag.Int("count", 10000, "how many archives")
	seed := flag.Int64("seed", 1, "the seed of the changes")
	artifacts := flag.String("artifacts", "/tmp", "the folder for archives that the readers disagree on")
	flag.Parse()

	seeds := goArchives()
	for _, folder := range flag.Args() {
		files, _ := filepath.Glob(filepath.Join(folder, "*"))
		for _, file := range files {
			archive, err := os.ReadFile(file)
			check(err)
			seeds = append(seeds, archive)
		}
	}
	reader := start(*probe)
	random := rand.New(rand.NewSource(*seed))
	endings := map[string]int{}
	differences := 0
	for number := 0; number < *count; number += batchSize {
		batch := make([]job, 0, batchSize)
		for index := number; index < number+batchSize && index < *count; index++ {
			batch = append(batch, job{index, archive(random, seeds, index), random.Uint32()})
		}
		for index, answer := range reader.ask(batch) {
			wanted := render(batch[index].archive)
			complaint := compare(wanted, answer)
			endings[ending(wanted)]++
			if complaint == "" {
				continue
			}
			differences++
			path := filepath.Join(*artifacts, fmt.Sprintf("tar-%d-%d", *seed, batch[index].number))
			check(os.WriteFile(path, batch[index].archive, 0o644))
			fmt.Fprintf(os.Stderr, "%s: %s (seed %d)\n", path, complaint, *seed)
			if differences == 10 {
				os.Exit(1)
			}
		}
	}
	if differences > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d archives, %d seeds: entries and ending as Go's archive/tar (seed %d); %v\n", *count, len(seeds), *seed, endings)
}

// The archive of a number: each seed unchanged, then changed seeds and made ones in turn.
func archive(random *rand.Rand, seeds [][]byte, number int) []byte {
	switch {
	case number < len(seeds):
		return seeds[number]
	case random.Intn(2) == 0:
		return changed(random, seeds[random.Intn(len(seeds))], seeds)
	case random.Intn(2) == 0:
		return changed(random, made(random), seeds)
	default:
		return made(random)
	}
}

// The word of the last line.
func ending(text []byte) string {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	words := bytes.Split(lines[len(lines)-1], []byte(" "))
	if len(words) < 2 {
		return "huge"
	}
	return string(words[1])
}

// Compares what Go and the probe read; empty if it is the same. The probe does not always know how far Go has read.
func compare(wanted, answer []byte) string {
	if bytes.HasSuffix(answer, []byte(" -\n")) {
		answer = answer[:len(answer)-2]
		wanted = wanted[:bytes.LastIndexByte(wanted, ' ')+1]
	}
	if bytes.Equal(wanted, answer) {
		return ""
	}
	place := 0
	for place < len(wanted) && place < len(answer) && wanted[place] == answer[place] {
		place++
	}
	return fmt.Sprintf("Go: %q, here: %q", excerpt(wanted, place), excerpt(answer, place))
}

func excerpt(text []byte, place int) []byte {
	start := place - 40
	if start < 0 {
		start = 0
	}
	text = text[start:]
	if len(text) > 200 {
		text = text[:200]
	}
	return text
}

// A program that answers each archive with a rendering.
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

func (reader probeReader) ask(batch []job) [][]byte {
	framed := make([]byte, 4)
	for _, job := range batch {
		framed = binary.BigEndian.AppendUint32(framed, uint32(len(job.archive)))
		framed = binary.BigEndian.AppendUint32(framed, job.seed)
		framed = append(framed, job.archive...)
	}
	binary.BigEndian.PutUint32(framed, uint32(len(framed)-4))
	go func() {
		_, err := reader.input.Write(framed)
		check(err)
	}()
	answers := make([][]byte, 0, len(batch))
	for _, job := range batch {
		var length [4]byte
		_, err := io.ReadFull(reader.output, length[:])
		answer := make([]byte, binary.BigEndian.Uint32(length[:]))
		if err == nil {
			_, err = io.ReadFull(reader.output, answer)
		}
		if err != nil {
			path := filepath.Join(os.TempDir(), "tar-without-answer")
			_ = os.WriteFile(path, job.archive, 0o644)
			fmt.Fprintf(os.Stderr, "%s: the reader ended\n", path)
			os.Exit(1)
		}
		answers = append(answers, answer)
	}
	return answers
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
