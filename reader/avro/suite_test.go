package avro

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

const severalSchema = `{"type":"record","name":"r","namespace":"a.b","fields":[
	{"name":"n","type":"long"},
	{"name":"s","type":["null","string"],"default":null},
	{"name":"l","type":{"type":"array","items":["null","int"]}},
	{"name":"b","type":["boolean","null"]}]}`

// several is a file of blocks of few records, one of none.
func several(c codec) testFile {
	null := long(0)
	text := func(s string) []byte { return join(long(1), text(s)) }
	yes, no, neither := []byte{0, 1}, []byte{0, 0}, []byte{2}
	empty := long(0)
	return testFile{schema: severalSchema, codec: c, blocks: []testBlock{
		{2, join(long(1), text("a"), empty, yes, long(-2), null, long(2), long(1), long(7), long(0), long(0), neither)},
		{0, nil},
		{1, join(long(300), text("é"), long(-1), long(3), long(1), long(70), long(1), long(1), long(-1), empty, no)},
		{3, join(long(1<<40), text(""), empty, no, long(5), null, empty, yes, long(6), text("z"), empty, neither)},
	}}
}

func severalRows() [][]any {
	return [][]any{
		{int64(1), "a", "[]", true}, {int64(-2), nil, "[7,null]", nil}, {int64(300), "é", "[70,-1]", false},
		{int64(1 << 40), "", "[]", false}, {int64(5), nil, "[]", true}, {int64(6), "z", "[]", nil},
	}
}

func TestConformance(t *testing.T) {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	files := []readertest.File{
		{Name: "by name", Data: blockOf(fieldsOf(`{"name":"d","type":{"type":"int","logicalType":"date"}}`), 1, long(19782)),
			Schema: abstract.Schema{{Name: "x", Type: abstract.Text}, {Name: "D", Type: abstract.Date}}, Rows: [][]any{{nil, day}}},
		{Name: "bad records", Data: testFile{
			schema: fieldsOf(`{"name":"t","type":{"type":"long","logicalType":"timestamp-nanos"}},{"name":"s","type":["null","string"]},{"name":"u","type":["null","boolean"]}`),
			blocks: []testBlock{
				{2, join(long(1000), long(1), text("a"), long(0), long(1001), long(0), long(1), []byte{1})},
				{3, join(long(2000), long(1), text("\xff"), long(1), []byte{1}, long(3000), long(1), text("\x00"), long(0), long(4000), long(0), long(0))},
			},
		}.bytes(), Rows: [][]any{{time.UnixMicro(1).UTC(), "a", nil}, {time.UnixMicro(4).UTC(), nil, nil}}, Rejected: 3},
		{Name: "C17 what does not fit, rescued", Data: misfits.bytes(), Hints: reader.Hints{Rescue: "r"}, Schema: misfitSchema, Rows: misfitRows, Rejected: 1},
		{Name: "no records", Data: testFile{schema: oneOf(`"int"`)}.bytes()},
		{Name: "no record type", Data: blockOf(`["null","double"]`, 2, long(0), long(1), double(1.5)), Rows: [][]any{{nil}, {1.5}}},
		{Name: "records of no bytes", Data: blockOf(oneOf(`"null"`), 3), Rows: [][]any{{nil}, {nil}, {nil}}},
	}
	// What Go does not write: 1 and 2, by Python.
	const bz2 = "BZh91AY&SYL\xbesQ\x00\x00\x00\x40\x00\x14\x00\x20\x00\x21\x00\x82\xb1\x77\x24\x53\x85\x09\x04\xcb\xe7\x35\x10"
	// A block of deflate with three bytes of a checksum behind it, as Python writes them.
	deflated := append(pack(codecDeflate, join(long(1), long(2))), "abc"...)
	files = append(files,
		readertest.File{Name: "bzip2", Data: join(testFile{schema: ints, codec: codecBzip2}.bytes(), rawBlock(2, int64(len(bz2)), []byte(bz2))), Rows: [][]any{{int64(1)}, {int64(2)}}},
		readertest.File{Name: "deflate by Python", Data: join(testFile{schema: ints, codec: codecDeflate}.bytes(), rawBlock(2, int64(len(deflated)), deflated)), Rows: [][]any{{int64(1)}, {int64(2)}}})
	for _, c := range []codec{"", codecNull, codecDeflate, codecSnappy, codecZstd, codecXZ} {
		files = append(files, readertest.File{Name: fmt.Sprintf("codec %q", c), Data: several(c).bytes(), Rows: severalRows()})
	}
	readertest.Run(t, readertest.Harness{Format: New(), NoRaw: true, Files: files})
}

// A file goes on at every record, be it in the middle of a block, and gives exactly
// the rest; at none beyond.
func TestResumeAtEveryRecord(t *testing.T) {
	for _, c := range []codec{codecNull, codecSnappy, codecDeflate} {
		rows := severalRows()
		for at := range len(rows) + 1 {
			_, got, err := readAll(t.Context(), t, several(c).bytes(), func(req *reader.Request) { req.Offset = int64(at) })
			if diff := readertest.Diff(got.Rows, rows[at:]); err != nil || diff != "" {
				t.Errorf("%s from record %d: %v, %s", c, at, err, diff)
			}
		}
		_, _, err := readAll(t.Context(), t, several(c).bytes(), func(req *reader.Request) { req.Offset = 7 })
		if abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%s beyond the end: %v", c, err)
		}
	}
}

// A block that is more than a batch comes in several, within the budget, from
// whatever record on.
func TestBlockOfManyBatches(t *testing.T) {
	const records = 50_000
	var block bytes.Buffer
	var rows [][]any
	for i := range records {
		s := strings.Repeat("x", i%50)
		block.Write(join(long(int64(i)), text(s)))
		rows = append(rows, []any{int64(i), s})
	}
	schema := fieldsOf(`{"name":"n","type":"long"},{"name":"s","type":"string"}`)
	for _, c := range []codec{codecNull, codecZstd} {
		data := testFile{schema: schema, codec: c, blocks: []testBlock{{records, block.Bytes()}}}.bytes()
		for _, at := range []int64{0, 1, 12_345, records - 1, records} {
			limits := reader.NewLimits(1<<20, 2)
			_, got, err := readAll(t.Context(), t, data, func(req *reader.Request) { req.Offset, req.Limits = at, limits })
			if diff := readertest.Diff(got.Rows, rows[at:]); err != nil || diff != "" {
				t.Errorf("%s from record %d: %v, %s", c, at, err, diff)
			}
			if at == 0 && len(got.Stops) < 10 {
				t.Errorf("%s: %d chunks", c, len(got.Stops))
			}
			if limits.InUse() != 0 {
				t.Errorf("%s: %d bytes are still in use", c, limits.InUse())
			}
		}
	}
}
