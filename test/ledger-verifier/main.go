// An independent verifier of Holdpoint's ledger, written from the C2SP specifications alone, with the
// Go checksum database's own packages for notes and trees (golang.org/x/mod/sumdb, Debian's
// golang-golang-x-mod-dev). It shares no code with Holdpoint. Everything is derived again from the
// entries and compared; nothing relies on tlog.TileHashReader, which in 0.7.0 does not authenticate
// every tile (CVE-2026-56865).
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verifier main.go
//	verifier verify FOLDER VKEY             everything in a published folder
//	verifier proof PROOF ENTRY VKEY         one .tlog-proof file
//	verifier flip FOLDER VKEY COUNT SEED    that flipping a byte is caught; COUNT 0 tries every byte
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

type served map[string][]byte

type checkpoint struct {
	size int64
	root tlog.Hash
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "verify":
		files, err := load(args[1])
		if err != nil {
			return err
		}
		size, err := verify(files, args[2])
		if err == nil {
			fmt.Println("OK", size)
		}
		return err
	case len(args) == 4 && args[0] == "proof":
		return verifyProof(args[1], args[2], args[3])
	case len(args) == 5 && args[0] == "flip":
		files, err := load(args[1])
		if err != nil {
			return err
		}
		count, _ := strconv.Atoi(args[3])
		seed, _ := strconv.ParseInt(args[4], 10, 64)
		return flip(files, args[2], count, seed)
	}
	return errors.New("see the comment at the top of main.go")
}

func load(folder string) (served, error) {
	files := served{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	return files, err
}

// verify derives all that the folder must hold, and compares every file in it.
func verify(files served, vkey string) (int64, error) {
	if string(files["vkey"]) != vkey+"\n" {
		return 0, errors.New("vkey is another key")
	}
	head, err := openCheckpoint(files["checkpoint"], vkey)
	if err != nil {
		return 0, err
	}
	entries, err := readEntries(files, head.size)
	if err != nil {
		return 0, err
	}
	hashes, err := hashEntries(entries)
	if err != nil {
		return 0, err
	}
	root, err := treeHash(head.size, hashes)
	if err != nil {
		return 0, err
	}
	if root != head.root {
		return 0, errors.New("the entries do not lead to the signed root")
	}
	if err := compareFiles(files, head.size, entries, hashes); err != nil {
		return 0, err
	}
	return head.size, checkProofs(head, hashes)
}

func openCheckpoint(signed []byte, vkey string) (checkpoint, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	// The note package takes base64 with bits to spare; one text has one spelling here.
	for _, signature := range opened.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(signature.Base64); err != nil {
			return checkpoint{}, err
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return checkpoint{}, errors.New("the checkpoint is not three lines of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, errors.New("the checkpoint has no proper size")
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{size, root}, err
}

// readEntries reads each bundle that the tree needs: length-prefixed, nothing missing, nothing left.
func readEntries(files served, size int64) ([][]byte, error) {
	var entries [][]byte
	last := ""
	for n := int64(0); n*width < size; n++ {
		count := min(width, size-n*width)
		bundle, ok := files[path("entries", n, count)]
		if !ok {
			return nil, fmt.Errorf("%s is missing", path("entries", n, count))
		}
		for ; count > 0; count-- {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("bundle %d is cut short", n)
			}
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2:length]
			bundle = bundle[length:]
			at, err := checkEntry(entry, int64(len(entries)), last)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %v", len(entries), err)
			}
			last = at
			entries = append(entries, entry)
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("bundle %d has bytes left over", n)
		}
	}
	return entries, nil
}

func checkEntry(entry []byte, index int64, last string) (string, error) {
	var fields struct {
		At     string
		Beside *string
		Fact   struct{ Kind string }
		Index  int64
		V      int
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(entry, &whole); err != nil {
		return "", err
	}
	if err := json.Unmarshal(entry, &fields); err != nil {
		return "", err
	}
	if len(whole) != 5 || fields.V != 1 || fields.Index != index || fields.Fact.Kind == "" {
		return "", errors.New("it is not the entry that belongs here")
	}
	if fields.At < last {
		return "", errors.New("it is older than the one before")
	}
	return fields.At, nil
}

// hashEntries gives every hash of the tree, in the order of the tlog package.
func hashEntries(entries [][]byte) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	reader := readerOf(&hashes)
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, reader)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, more...)
	}
	return hashes, nil
}

func readerOf(hashes *[]tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(*hashes)) {
				return nil, errors.New("a hash beyond the tree is asked for")
			}
			found[i] = (*hashes)[index]
		}
		return found, nil
	})
}

// treeHash of nothing is SHA-256 of nothing; x/mod 0.7.0 says zero.
func treeHash(size int64, hashes []tlog.Hash) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(size, readerOf(&hashes))
}

var tilePath = regexp.MustCompile(`^tile/(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?$`)

// compareFiles compares each file there is, whole and partial, and wants each that the tree needs.
func compareFiles(files served, size int64, entries [][]byte, hashes []tlog.Hash) error {
	needed := map[string]bool{}
	for level, count := 0, size; count > 0; level, count = level+1, count/width {
		for n := int64(0); n*width < count; n++ {
			needed[path(strconv.Itoa(level), n, min(width, count-n*width))] = true
			if level == 0 {
				needed[path("entries", n, min(width, count-n*width))] = true
			}
		}
	}
	for name, content := range files {
		delete(needed, name)
		if name == "checkpoint" || name == "vkey" {
			continue
		}
		match := tilePath.FindStringSubmatch(name)
		if match == nil {
			return fmt.Errorf("%s is no file of a log", name)
		}
		n, _ := strconv.ParseInt(strings.NewReplacer("x", "", "/", "").Replace(match[2]), 10, 64)
		w := int64(width)
		if match[3] != "" {
			w, _ = strconv.ParseInt(match[3], 10, 64)
		}
		if path(match[1], n, w) != name {
			return fmt.Errorf("%s is not how a tile is spelt", name)
		}
		expected, err := derive(match[1], n, w, entries, hashes)
		if err != nil {
			return fmt.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(content, expected) {
			return fmt.Errorf("%s does not hold what the entries lead to", name)
		}
	}
	for name := range needed {
		return fmt.Errorf("%s is missing", name)
	}
	return nil
}

// derive makes a tile from the hashes, or a bundle from the entries.
func derive(level string, n, w int64, entries [][]byte, hashes []tlog.Hash) ([]byte, error) {
	if level == "entries" {
		if n*width+w > int64(len(entries)) {
			return nil, errors.New("it is past the checkpoint")
		}
		var bundle []byte
		for _, entry := range entries[n*width : n*width+w] {
			bundle = append(bundle, byte(len(entry)>>8), byte(len(entry)))
			bundle = append(bundle, entry...)
		}
		return bundle, nil
	}
	l, err := strconv.Atoi(level)
	if err != nil {
		return nil, err
	}
	return tlog.ReadTileData(tlog.Tile{H: height, L: l, N: n, W: int(w)}, readerOf(&hashes))
}

// checkProofs makes and checks proofs: all of them in a small tree, some in a large one.
func checkProofs(head checkpoint, hashes []tlog.Hash) error {
	reader := readerOf(&hashes)
	step := head.size/50 + 1
	for i := int64(0); i < head.size; i += step {
		proof, err := tlog.ProveRecord(head.size, i, reader)
		if err != nil {
			return err
		}
		leaf := hashes[tlog.StoredHashIndex(0, i)]
		if err := tlog.CheckRecord(proof, head.size, head.root, i, leaf); err != nil {
			return err
		}
		older, err := tlog.TreeHash(i+1, reader)
		if err != nil {
			return err
		}
		tree, err := tlog.ProveTree(head.size, i+1, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(tree, head.size, head.root, i+1, older); err != nil {
			return err
		}
	}
	return nil
}

func verifyProof(proofFile, entryFile, vkey string) error {
	proof, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	body, signed, found := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(body, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("it is no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || lines[1] != fmt.Sprintf("index %d", index) {
		return errors.New("the proof has no proper index")
	}
	var hashes tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return errors.New("the proof has a line that is no hash")
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		hashes = append(hashes, hash)
	}
	head, err := openCheckpoint([]byte(signed), vkey)
	if err != nil {
		return err
	}
	err = tlog.CheckRecord(hashes, head.size, head.root, index, tlog.RecordHash(entry))
	if err == nil {
		fmt.Println("OK", index)
	}
	return err
}

var digits = regexp.MustCompile(`\d+`)

// flip changes one byte at a time and wants it to be found: every byte, or `count` of them and at
// least one in each file of each sort.
func flip(files served, vkey string, count int, seed int64) error {
	type place struct {
		name   string
		offset int
	}
	random := rand.New(rand.NewSource(seed))
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	var places []place
	sorts := map[string]bool{}
	for _, name := range names {
		kind := digits.ReplaceAllString(name, "N")
		if count > 0 && !sorts[kind] {
			places = append(places, place{name, random.Intn(len(files[name]))})
		}
		sorts[kind] = true
		for offset := 0; count == 0 && offset < len(files[name]); offset++ {
			places = append(places, place{name, offset})
		}
	}
	for ; count > 0; count-- {
		name := names[random.Intn(len(names))]
		places = append(places, place{name, random.Intn(len(files[name]))})
	}
	for _, each := range places {
		mask := byte(1 << random.Intn(8))
		files[each.name][each.offset] ^= mask
		_, err := verify(files, vkey)
		files[each.name][each.offset] ^= mask
		if err == nil {
			return fmt.Errorf("byte %d of %s was changed by %#x and not missed", each.offset, each.name, mask)
		}
	}
	fmt.Println("OK", len(places))
	return nil
}

func path(level string, n, w int64) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if w != width {
		name = fmt.Sprintf("%s.p/%d", name, w)
	}
	return "tile/" + level + "/" + name
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
