package csv

import (
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// Every member counts, and a file cut anywhere is refused: between two members
// only the byte count can tell, so that case is the store's, tested by the
// suite.
func TestZ01AllMembers(t *testing.T) {
	whole := string(gz("a\n1\n", "2\n", "3\n"))
	got, err := read(t, request(t, whole))
	if err != nil || len(got.Rows) != 3 {
		t.Fatalf("%d rows, %v", len(got.Rows), err)
	}
	ends := map[int]bool{len(gz("a\n1\n")): true, len(gz("a\n1\n", "2\n")): true}
	req := request(t, whole)
	for cut := range len(whole) {
		req.File = inMemory(whole[:cut])
		got, err := read(t, req)
		if ends[cut] != (err == nil) {
			t.Errorf("cut at byte %d of %d: %d rows, %v", cut, len(whole), len(got.Rows), err)
		}
	}
}

func TestZ02WrongChecksum(t *testing.T) {
	for _, data := range []string{string(gz("a\n1\n")), string(zst("a\n1\n"))} {
		req := request(t, data)
		b := []byte(data)
		b[len(b)-1-4*int(b[0]&1)] ^= 1 // in the CRC of either
		req.File = inMemory(string(b))
		if got, err := read(t, req); err == nil || got.Completed || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%x: %v (%v)", data[:2], err, abstract.ClassOf(err))
		}
	}
}

// A bomb is streamed in the memory of any other file, and a window is bounded.
func TestZ05Bombs(t *testing.T) {
	bomb := string(gz("a\n" + strings.Repeat("1\n", 2<<20)))
	req := request(t, bomb)
	req.Limits = reader.NewLimits(1<<20, 2)
	rows, most := int64(0), int64(0)
	err := New().Read(t.Context(), req, countRows(&rows, &most, req.Limits))
	if err != nil || rows != 2<<20 || most > req.Limits.Limit() {
		t.Errorf("%d rows, %d bytes in use, %v", rows, most, err)
	}
	w, err := zstd.NewWriter(nil, zstd.WithWindowSize(256<<20), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	var wide strings.Builder
	w.Reset(&wide)
	w.Write([]byte("a\n"))
	w.Flush()
	w.Write([]byte("1\n"))
	w.Close()
	if _, err := New().Sample(t.Context(), inMemory(wide.String()), reader.Hints{}); err == nil || !strings.Contains(err.Error(), "window") {
		t.Errorf("a window of 256 MiB: %v", err)
	}
}

// Z-05: what unpacks to far more than it is is refused, but not what is small.
func TestZ05Ratio(t *testing.T) {
	const free = reader.FreeUnpacked
	row := strings.Repeat("x", 1023) + "\n"
	bomb := string(zst("a\n" + strings.Repeat(row, free/1024))) // a ratio of some 10,000
	req := request(t, bomb)
	rows, most := int64(0), int64(0)
	read := func(ratio int64) error {
		rows = 0
		req.Limits = reader.NewLimits(8<<20, 2)
		req.Limits.MaxRatio = ratio
		return New().Read(t.Context(), req, countRows(&rows, &most, req.Limits))
	}
	if err := read(reader.DefaultMaxRatio); abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), "more than 67108864: if that is what it is, raise --max-ratio") {
		t.Errorf("%d rows of %d bytes: %v (%v)", rows, len(bomb), err, abstract.ClassOf(err))
	}
	for _, ratio := range []int64{0, free/int64(len(bomb)) + 1} {
		if err := read(ratio); err != nil || rows != free/1024 {
			t.Errorf("a ratio of %d: %d rows, %v", ratio, rows, err)
		}
	}
	bomb = string(zst("a\n" + strings.Repeat(row, free/1024)[2:])) // exactly as much as is free
	req.File = inMemory(bomb)
	if err := read(1); err != nil || rows != free/1024 {
		t.Errorf("what is free: %d rows, %v", rows, err)
	}
}

// A sample accepts the window that reading does.
func TestZ05SampleWindow(t *testing.T) {
	xz, err := os.ReadFile("../internal/unpack/testdata/refused-dictionary.xz") // 64 MiB
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New().Sample(t.Context(), inMemory(string(xz)), reader.Hints{}); err == nil || !strings.Contains(err.Error(), "give more --memory") {
		t.Errorf("a dictionary of 64 MiB: %v", err)
	}
	large := reader.NewLimits(256<<20, 1)
	s := mustSample(t, string(xz), reader.Hints{MaxWindow: large.MaxWindow()})
	req := reader.Request{File: inMemory(string(xz)), Dialect: s.Dialect, Schema: readertest.Suggested(s), Limits: large}
	if got, err := read(t, req); err != nil || len(got.Rows) != 3 {
		t.Errorf("%d rows, %v", len(got.Rows), err)
	}
}
