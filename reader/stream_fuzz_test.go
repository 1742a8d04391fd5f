package reader_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// unpacked reads a text file to its end, or to that many bytes of it.
func unpacked(t testing.TB, data []byte, encoding string, limits *reader.Limits, most int) (text []byte, err error) {
	b := &readertest.Bucket{Files: map[string][]byte{"f": data}}
	blocks, err := reader.OpenBlocks(t.Context(), reader.File{Bucket: b, Info: b.Info("f")}, limits,
		reader.Shape{Split: reader.SplitLines, Encoding: encoding, RowBytes: 1})
	if err != nil {
		return nil, err
	}
	defer blocks.Close()
	for len(text) < most {
		block, err := blocks.Next(t.Context(), reader.DefaultBatchRows)
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return text, err
		}
		text = append(text, block.Data...)
		blocks.Recycle(&block)
	}
	return text, nil
}

// FuzzZ02Unpack: whatever is called compressed or encoded ends in text or in an
// error of that file, in the memory that such a file may take.
func FuzzZ02Unpack(f *testing.F) {
	files, err := filepath.Glob("internal/unpack/testdata/*.*")
	if err != nil || len(files) < 20 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) > 4096 {
			continue
		}
		f.Add(data, byte(0))
		f.Add(append(data, data...), byte(0))
	}
	for i := range reader.Encodings() {
		f.Add([]byte("\xff\xfea\x00\n\x00\x00\xd8\n\x00"), byte(i))
		f.Add([]byte("a\n\x81\x00"), byte(i))
	}
	encodings := append([]string{""}, reader.Encodings()...)
	f.Fuzz(func(t *testing.T, data []byte, encoding byte) {
		if len(data) > 8192 {
			return
		}
		const most = 1 << 20
		limits := reader.NewLimits(1<<20, 2)
		var text []byte
		var err error
		used := alloctest.Allocated(func() { text, err = unpacked(t, data, encodings[int(encoding)%len(encodings)], limits, most) })
		if used > alloctest.Most(len(data))+8*uint64(len(text)) {
			t.Errorf("%d bytes allocated for %d of %d", used, len(text), len(data))
		}
		if err != nil && abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%v (%v)", err, abstract.ClassOf(err))
		}
		if limits.InUse() != 0 {
			t.Errorf("%d bytes are still reserved", limits.InUse())
		}
	})
}
