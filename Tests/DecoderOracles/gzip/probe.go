// layerverify: asks the product to decode streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// A running DecoderProbe; its Swift source describes the protocol.
type probe struct {
	input   io.WriteCloser
	output  *bufio.Reader
	command *exec.Cmd
}

// A result of the product, and the path that produced it.
type answer struct {
	way string
	verdict
}

func startProbe(path string) (*probe, error) {
	command := exec.Command(path)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	return &probe{input, bufio.NewReaderSize(output, 1<<20), command}, nil
}

// The results for each stream of a batch.
func (p *probe) ask(batch [][]byte) ([][]answer, error) {
	size := 0
	for _, stream := range batch {
		size += 4 + len(stream)
	}
	message := make([]byte, 0, size+4)
	message = binary.LittleEndian.AppendUint32(message, uint32(size))
	for _, stream := range batch {
		message = binary.LittleEndian.AppendUint32(message, uint32(len(stream)))
		message = append(message, stream...)
	}
	if _, err := p.input.Write(message); err != nil {
		return nil, fmt.Errorf("the probe takes no more: %w", err)
	}
	answers := make([][]answer, 0, len(batch))
	for {
		line, err := p.output.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("the probe says no more: %w", err)
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) == 1 {
			break
		}
		if len(fields) != 5 {
			return nil, fmt.Errorf("the probe says %q", line)
		}
		if fields[0] == "small" {
			answers = append(answers, nil)
		}
		place, _ := strconv.Atoi(fields[2])
		length, _ := strconv.Atoi(fields[3])
		last := len(answers) - 1
		answers[last] = append(answers[last], answer{
			fields[0], verdict{endingOf(fields[1]), place, length, fields[4], fields[1]}})
	}
	if len(answers) != len(batch) {
		return nil, fmt.Errorf("%d answers to %d streams", len(answers), len(batch))
	}
	return answers, nil
}

func (p *probe) end() error {
	p.input.Close()
	return p.command.Wait()
}

func endingOf(word string) ending {
	switch {
	case word == "complete", word == "truncated", word == "trailing", word == "disputed":
		return ending(word)
	case word == "corrupt: the decoder failed":
		return broken
	case strings.HasPrefix(word, "corrupt"):
		return refused
	default:
		return broken
	}
}
