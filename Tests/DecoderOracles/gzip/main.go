// layerverify: compares the product with zlib and the decoders of Go, on gzip files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// The product may verify a stream only if zlib, Go's compress/gzip and klauspost's gzip decode it to the same bytes. It
// must refuse what zlib refuses, and decode what zlib decodes; what only Go's decoders refuse is disputed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
)

const batchSize = 64

// The results of the decoders for the streams of a category.
type tally struct{ streams, zlib, golang, klauspost, verified, disputed, refused int }

func main() {
	seed := flag.Uint64("seed", 1, "where the generator begins")
	path := flag.String("probe", "", "the DecoderProbe")
	artifacts := flag.String("artifacts", "/tmp", "where streams go that decoders disagree on")
	accepted := flag.String("accepted", "", "a folder for every hundredth stream that is verified")
	flag.Parse()
	if flag.NArg() < 1 || *path == "" {
		fmt.Fprintln(os.Stderr, "usage: gzip -probe PROBE [-seed N] SECONDS|COUNTx [GZIP-FILE...]")
		os.Exit(64)
	}
	amount := flag.Arg(0)
	limit, err := strconv.Atoi(strings.TrimSuffix(amount, "x"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	samples := load(flag.Args()[1:])
	probe, err := startProbe(*path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("seed %d\n", *seed)
	tallies := map[string]*tally{}
	start := time.Now()
	count, faults := 0, 0
	for faults < 20 {
		if strings.HasSuffix(amount, "x") {
			if count >= limit {
				break
			}
		} else if time.Since(start) >= time.Duration(limit)*time.Second {
			break
		}
		batch := make([][]byte, 0, batchSize)
		categories := make([]string, 0, batchSize)
		for i := 0; i < batchSize; i++ {
			g := generator{state: *seed, samples: samples}
			g.state = g.next() ^ uint64(count+i)<<24
			g.state = g.next()
			batch = append(batch, g.stream())
			categories = append(categories, g.category)
		}
		answers := make(chan [][]answer, 1)
		go func() {
			answer, err := probe.ask(batch)
			if err != nil {
				save(*artifacts, *seed, count, batch...)
				fmt.Fprintf(os.Stderr, "streams %d to %d: %v\n", count, count+batchSize-1, err)
				os.Exit(1)
			}
			answers <- answer
		}()
		judged := make([]oracles, batchSize)
		for i, stream := range batch {
			judged[i] = ask(stream, (count+i)%2 == 0)
		}
		for i, answer := range <-answers {
			result := tallies[categories[i]]
			if result == nil {
				result = &tally{}
				tallies[categories[i]] = result
			}
			result.add(judged[i], answer[0].verdict)
			if fault := compare(judged[i], answer); fault != "" {
				faults++
				name := save(*artifacts, *seed, count+i, batch[i])
				fmt.Printf("stream %d (%s), %s: %s\n", count+i, categories[i], name, fault)
				fmt.Printf("  zlib %v\n  Go %v\n  klauspost %v\n", judged[i].zlib, judged[i].golang, judged[i].klauspost)
				for _, a := range answer {
					fmt.Printf("  %s %v\n", a.way, a.verdict)
				}
			} else if *accepted != "" && (count+i)%100 == 0 && answer[0].ending == complete {
				save(*accepted, *seed, count+i, batch[i])
			}
		}
		count += batchSize
	}
	if err := probe.end(); err != nil {
		fmt.Println("the probe:", err)
		faults++
	}
	report(tallies, count)
	if faults > 0 {
		fmt.Printf("%d faults\n", faults)
		os.Exit(1)
	}
}

// The results of the other decoders.
type oracles struct {
	zlib      verdict
	golang    verdict
	klauspost []verdict
}

func ask(stream []byte, buffered bool) oracles {
	return oracles{
		zlib: byZlib(stream), golang: byGo(stream, buffered),
		klauspost: []verdict{byKlauspost(stream, buffered, false), byKlauspost(stream, !buffered, true)},
	}
}

// Describes what is wrong with the product's answers; empty if nothing is.
func compare(o oracles, answers []answer) string {
	if o.zlib.ending == broken {
		return "zlib does not say"
	}
	first := answers[0]
	for _, a := range answers[1:] {
		if a.ending != first.ending || a.text != first.text {
			return a.way + " and " + first.way + " disagree"
		}
		hasPlace := a.ending == complete || a.ending == trailing || a.ending == disputed
		if hasPlace && (a.place != first.place || !a.hasContent(first.verdict)) {
			return a.way + " and " + first.way + " disagree"
		}
	}
	if o.zlib.ending == tooLarge || o.golang.ending == tooLarge {
		return ""
	}
	expected := o.zlib.ending
	switch first.ending {
	case complete, disputed:
		if expected != complete {
			return "accepted, and zlib does not"
		}
		if !first.hasContent(o.zlib) {
			return "other bytes than zlib's"
		}
	case trailing:
		if expected != trailing || first.place != o.zlib.place || !first.hasContent(o.zlib) {
			return "trailing bytes, and zlib finds none, or elsewhere"
		}
	case truncated, refused:
		if expected != first.ending {
			return "not accepted, for another reason than zlib's"
		}
	default:
		return "the decoder failed"
	}
	agree := true
	for _, other := range append(o.klauspost, o.golang) {
		agree = agree && other.ending == complete && other.hasContent(first.verdict)
	}
	if first.ending == complete && !agree {
		return "verified, and a decoder of Go refuses it"
	}
	if first.ending == disputed && agree {
		return "disputed, and every decoder takes it"
	}
	return ""
}

func (t *tally) add(o oracles, product verdict) {
	t.streams++
	if o.zlib.ending == complete {
		t.zlib++
	}
	if o.golang.ending == complete {
		t.golang++
	}
	if o.klauspost[0].ending == complete {
		t.klauspost++
	}
	switch product.ending {
	case complete:
		t.verified++
	case disputed:
		t.disputed++
	default:
		t.refused++
	}
}

func report(tallies map[string]*tally, count int) {
	var names []string
	sum := tally{}
	for name, t := range tallies {
		names = append(names, name)
		sum.streams += t.streams
		sum.zlib += t.zlib
		sum.golang += t.golang
		sum.klauspost += t.klauspost
		sum.verified += t.verified
		sum.disputed += t.disputed
		sum.refused += t.refused
	}
	sort.Strings(names)
	tallies["in total"] = &sum
	fmt.Printf("%d streams; accepted by each, and what the product says:\n", count)
	fmt.Printf("%-40s %8s %8s %8s %9s %8s %8s %8s\n", "", "streams", "zlib", "Go", "klauspost", "intact", "disputed", "refused")
	for _, name := range append(names, "in total") {
		t := tallies[name]
		fmt.Printf("%-40s %8d %8d %8d %9d %8d %8d %8d\n",
			name, t.streams, t.zlib, t.golang, t.klauspost, t.verified, t.disputed, t.refused)
	}
}

// Reads what other compressors wrote, as much as fits into a batch.
func load(paths []string) [][]byte {
	var samples [][]byte
	for _, path := range paths {
		bytes, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		samples = append(samples, bytes)
	}
	return samples
}

func save(folder string, seed uint64, number int, streams ...[]byte) string {
	name := ""
	for i, stream := range streams {
		name = filepath.Join(folder, fmt.Sprintf("gzip-%d-%d.gz", seed, number+i))
		if err := os.WriteFile(name, stream, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return name
}
