package avro

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// FuzzRead: whatever a file holds, it is rows or an error of that file, in
// memory that does not depend on what it declares.
func FuzzRead(f *testing.F) {
	for _, c := range []codec{codecNull, codecDeflate, codecSnappy, codecZstd, codecXZ} {
		f.Add(several(c).bytes())
	}
	f.Add(blockOf(oneOf(`{"type":"array","items":"null"}`), 2, long(1), long(0), long(1<<20), long(0)))
	f.Add(blockOf(oneOf(logical("bytes", "decimal", `,"precision":4,"scale":2`)), 1, text("\xff\x38")))
	f.Add(blockOf(oneOf(fixed("12", "duration", "")), 1, make([]byte, 12)))
	f.Add(blockOf(oneOf(doubling(8)), 3))
	for _, pattern := range []string{"arrow-testing/data/avro/*.avro", "avro/share/test/data/*.avro*", "avro/lang/*/tests/*.avro", "avro/lang/js/test/dat/*.avro"} {
		files, _ := filepath.Glob(filepath.Join(os.Getenv("SLUICE_CORPUS"), pattern))
		for _, name := range files {
			if data, err := os.ReadFile(name); err == nil {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		most := alloctest.Most(len(data))
		if bytes.Contains(data, []byte("bzip2")) { // each block takes a buffer of up to 4 MB, one after the other
			most += uint64(len(data) / 18 * 4 << 20)
		}
		readertest.Damaged(t, New(), inMemory(data), most)
	})
}
