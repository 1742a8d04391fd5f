package parquet

import (
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// several is a file of two row groups with pages of few rows: an int64 that is
// always there, and a text in a dictionary that may be NULL.
func several(c codec, v2 bool) testFile {
	return testFile{
		elements: []element{leafOf("n", typeInt64, required), textLeaf("s", optional)},
		groups: []testGroup{
			{rows: 5, chunks: []testChunk{
				{codec: c, pages: []testPage{{n: 2, values: le64(1, 2), v2: v2, rows: 2}, {n: 3, values: le64(3, 4, 5), v2: v2, rows: 3}}},
				{codec: c, dict: texts("a", "", "ccc"), size: 3, pages: []testPage{
					{def: []uint8{1, 0, 1}, encoding: encodingDictionary, values: places(2, 0), v2: v2, rows: 3},
					{def: []uint8{0, 1}, encoding: encodingDictionary, values: places(1), v2: v2, rows: 2},
				}},
			}},
			{rows: 0, chunks: []testChunk{{codec: c}, {codec: c}}},
			{rows: 3, chunks: []testChunk{
				{codec: c, pages: []testPage{{n: 3, values: le64(6, 7, -8), v2: v2, rows: 3}}},
				{codec: c, pages: []testPage{{def: []uint8{1, 1, 0}, values: texts("é", "z"), v2: v2, rows: 3}}},
			}},
		},
	}
}

func severalRows() [][]any {
	return [][]any{
		{int64(1), "ccc"}, {int64(2), nil}, {int64(3), "a"}, {int64(4), nil}, {int64(5), ""},
		{int64(6), "é"}, {int64(7), "z"}, {int64(-8), nil},
	}
}

// lists is a list of numbers, in pages of both versions.
func lists(v2 bool) testFile {
	return testFile{
		top: 1,
		elements: []element{
			groupOf("l", optional, 1, convertedList),
			groupOf("list", repeated, 1, -1),
			leafOf("element", typeInt32, optional),
		},
		groups: []testGroup{{rows: 5, chunks: []testChunk{{pages: []testPage{
			{rep: []uint8{0, 1, 1}, def: []uint8{3, 2, 3}, values: le32(1, 2), v2: v2, rows: 1},
			{rep: []uint8{0, 0, 0, 0, 1}, def: []uint8{0, 1, 2, 3, 3}, values: le32(3, 4), v2: v2, rows: 4},
		}}}}},
	}
}

func TestConformance(t *testing.T) {
	json := abstract.Schema{{Name: "l", Type: abstract.JSON}}
	listRows := [][]any{{"[1,null,2]"}, {nil}, {"[]"}, {"[null]"}, {"[3,4]"}}
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	dates := leafOf("d", typeInt32, required)
	dates.converted = convertedDate
	nanosLeaf := leafOf("t", typeInt64, required)
	nanosLeaf.logical = annotation{id: logicalTimestamp, unit: 3}
	bad := testFile{
		elements: []element{nanosLeaf, textLeaf("s", required)},
		groups: []testGroup{{rows: 4, chunks: []testChunk{
			{pages: []testPage{{n: 4, values: le64(1000, 1001, 2000, 3000)}}},
			{pages: []testPage{{n: 4, values: texts("a", "b", "\xff", "\x00")}}},
		}}},
	}
	readertest.Run(t, readertest.Harness{Format: New(), NoRaw: true, Files: []readertest.File{
		{Name: "several", Data: several(codecNone, false).bytes(), Rows: severalRows(), Whole: true},
		{Name: "B09 version 2, snappy", Data: several(codecSnappy, true).bytes(), Rows: severalRows(), Whole: true},
		{Name: "B10 zstd", Data: several(codecZstd, false).bytes(), Rows: severalRows(), Whole: true},
		{Name: "B08 lists", Data: lists(false).bytes(), Schema: json, Rows: listRows, Whole: true},
		{Name: "B08 lists, version 2", Data: lists(true).bytes(), Schema: json, Rows: listRows, Whole: true},
		{Name: "B12 by name", Data: testFile{
			elements: []element{dates},
			groups:   []testGroup{{rows: 1, chunks: []testChunk{{pages: []testPage{{n: 1, values: le32(19782)}}}}}},
		}.bytes(), Schema: abstract.Schema{{Name: "x", Type: abstract.Text}, {Name: "D", Type: abstract.Date}},
			Rows: [][]any{{nil, day}}, Whole: true},
		{Name: "bad records", Data: bad.bytes(), Rows: [][]any{{time.UnixMicro(1).UTC(), "a"}}, Rejected: 3, Whole: true},
		{Name: "C17 what does not fit, rescued", Data: misfits().bytes(), Hints: reader.Hints{Rescue: "r"}, Schema: misfitSchema, Rows: misfitRows(), Rejected: 1, Whole: true},
		{Name: "B13 no rows", Data: testFile{elements: []element{dates}}.bytes(), Rows: nil, Whole: true},
	}})
}
