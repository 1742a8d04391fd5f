package avro

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

const ints = `"int"`

// header is a file without blocks.
func headerOf(schema string) []byte { return testFile{schema: schema}.bytes() }

// rawBlock is a block as it is in the file.
func rawBlock(records, size int64, data []byte) []byte {
	return join(long(records), long(size), data, []byte(testSync))
}

// What is no Avro file, or a damaged one, is refused with what is wrong, and nothing
// is allocated for what it declares. The rows before stay.
func TestA01Refused(t *testing.T) {
	whole := several(codecNull).bytes()
	good := rawBlock(2, 2, join(long(1), long(2)))
	after := func(block []byte) []byte { return join(headerOf(ints), good, block) }
	packed := func(c codec, records int, change func([]byte) []byte, data ...[]byte) []byte {
		f := testFile{schema: ints, codec: c}.bytes()
		block := change(pack(c, join(data...)))
		return join(f, rawBlock(int64(records), int64(len(block)), block))
	}
	flip := func(i int) func([]byte) []byte {
		return func(b []byte) []byte { b[(i+len(b))%len(b)] ^= 0x55; return b }
	}
	same := func(b []byte) []byte { return b }
	overlong := bytes.Repeat([]byte{0xff}, 10)[:10:10]
	for name, test := range map[string]struct {
		data []byte
		rows int // negative: some
		want string
	}{
		"empty":                         {nil, 0, "cut short"},
		"magic alone":                   {[]byte(magic), 0, "cut short"},
		"text":                          {[]byte("a,b\n1,2\n"), 0, "not an Avro object container"},
		"gzip":                          {append([]byte("\x1f\x8b\x08"), whole...), 0, "unpack it first"},
		"zstd":                          {[]byte("\x28\xb5\x2f\xfd  "), 0, "unpack it first"},
		"cut in the header":             {whole[:60], 0, "cut short"},
		"schema missing":                {join([]byte(magic), long(1), text("avro.codec"), text("null"), long(0), []byte(testSync)), 0, "no schema"},
		"codec unknown":                 {testFile{schema: ints, codec: "lzo"}.bytes(), 0, `codec "lzo", which is not read`},
		"metadata of 2 GB":              {join([]byte(magic), long(1), text("avro.schema"), long(2<<30)), 0, "longer than 16 MiB"},
		"metadata longer than the file": {join([]byte(magic), long(1), text("avro.schema"), long(1<<20)), 0, "the file has only"},
		"metadata of negative length":   {join([]byte(magic), long(1), long(-1)), 0, "negative"},
		"metadata without end":          {join([]byte(magic), long(1<<40), text("a"), text("b")), 0, "cut short"},

		"bad sync":                {after(bytes.Replace(good, []byte("0"), []byte("1"), 1)), 2, "sync marker"},
		"cut block":               {after(good[:len(good)-1]), 2, "cut short"},
		"cut at the count":        {after(good[:1]), 2, "cut short"},
		"trailing bytes":          {after([]byte{0}), 2, "cut short"},
		"trailing text":           {after([]byte("the end of this file")), 2, "cut short"},
		"negative count":          {after(rawBlock(-2, 2, long(1))), 2, "negative number of records"},
		"negative size":           {after(rawBlock(2, -2, nil)), 2, "negative number of records or bytes"},
		"overlong count":          {after(join(overlong, long(0))), 2, "longer than 64 bits"},
		"size of 2 GB":            {after(rawBlock(1, 2<<30, long(1))), 2, "are not read"},
		"size beyond the file":    {after(rawBlock(1, 1<<20, long(1))), 2, "of which the file has only"},
		"count too large":         {after(rawBlock(3, 2, join(long(1), long(2)))), 2, "3 records in 2 bytes"},
		"count of all":            {after(rawBlock(math.MaxInt64, 2, join(long(1), long(2)))), 2, "cannot be"},
		"count a little large":    {after(rawBlock(2, 3, join(long(64), []byte{0x80}))), 3, "ends before its values"},
		"count too small":         {after(rawBlock(1, 2, join(long(1), long(2)))), 3, "1 bytes are left after its last record"},
		"no records, and bytes":   {after(rawBlock(0, 1, long(1))), 2, "1 bytes are left"},
		"int of 33 bits":          {after(rawBlock(1, 5, long(1<<31))), 2, "no int"},
		"overlong int":            {after(rawBlock(1, 11, append(overlong, 1))), 2, "longer than 64 bits"},
		"endless rows of nothing": {join(headerOf(`"null"`), rawBlock(1<<40, 0, nil)), 0, "cannot be"},
		"many rows of nothing":    {join(headerOf(`"null"`), rawBlock(1<<20, 0, nil), rawBlock(1<<20, 0, nil)), -1, "take no bytes"},

		"snappy checksum":        {packed(codecSnappy, 2, flip(-1), long(1), long(2)), 0, "the checksum is wrong"},
		"snappy without one":     {packed(codecSnappy, 2, func([]byte) []byte { return []byte("abc") }, long(1)), 0, "decompress snappy"},
		"snappy of 1 GB":         {packed(codecSnappy, 2, func([]byte) []byte { return join([]byte{0x80, 0x80, 0x80, 0x80, 4}, make([]byte, 20)) }), 0, "cannot be"},
		"deflate damaged":        {packed(codecDeflate, 2, flip(0), long(1), long(2)), 0, "decompress deflate"},
		"deflate cut":            {packed(codecDeflate, 9, func(b []byte) []byte { return b[:len(b)-3] }, make([]byte, 9)), 0, "decompress deflate"},
		"zstandard damaged":      {packed(codecZstd, 2, flip(-1), long(1), long(2)), 0, "decompress zstandard"},
		"zstandard cut":          {packed(codecZstd, 2, func(b []byte) []byte { return b[:len(b)-1] }, long(1), long(2)), 0, "decompress zstandard"},
		"xz damaged":             {packed(codecXZ, 2, flip(-1), long(1), long(2)), 0, "decompress xz"},
		"bzip2 that is none":     {packed(codecBzip2, 2, same, []byte("BZh9no such thing")), 0, "decompress bzip2"},
		"deflate of a few bytes": {packed(codecDeflate, 3, same, long(1), long(2)), 0, "3 records in 2 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, now runtime.MemStats
			runtime.ReadMemStats(&before)
			_, got, err := readAll(t.Context(), t, test.data, nil)
			runtime.ReadMemStats(&now)
			if abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), test.want) || got.Completed {
				t.Errorf("error %v (%v), want …%s", err, abstract.ClassOf(err), test.want)
			}
			if len(got.Rows) != test.rows && test.rows >= 0 {
				t.Errorf("%d rows before, want %d", len(got.Rows), test.rows)
			}
			if used := now.TotalAlloc - before.TotalAlloc; used > 8<<20 {
				t.Errorf("%d bytes allocated", used)
			}
		})
	}
}

// Values that cannot be fail the file, in each place where they may stand: in a
// column, in JSON, and in a column that is left out.
func TestA02ValuesRefused(t *testing.T) {
	const list = `{"type":"record","name":"l","fields":[{"name":"next","type":["null","l"]}]}`
	const pairs = `{"type":"array","items":{"type":"record","name":"p","fields":[{"name":"a","type":"null"},{"name":"b","type":{"type":"fixed","name":"z","size":0}}]}}`
	for name, test := range map[string]struct {
		schema string
		data   []byte
		want   string
	}{
		"string of 2 GB":       {`"string"`, long(2 << 30), "ends before"},
		"string of all":        {`"string"`, long(math.MaxInt64), "ends before"},
		"string of less":       {`"string"`, long(-1), "negative"},
		"bytes too long":       {`"bytes"`, join(long(3), []byte("ab")), "ends before"},
		"fixed too long":       {`{"type":"fixed","name":"f","size":3}`, []byte("ab"), "ends before"},
		"boolean of 2":         {`"boolean"`, []byte{2}, "the byte 2"},
		"branch beyond":        {`["null","int"]`, long(2), "branch 2 of 2"},
		"branch before":        {`["null","int"]`, long(-1), "branch -1 of 2"},
		"branch of three":      {`["null","int","string"]`, long(3), "branch 3 of 3"},
		"symbol beyond":        {`{"type":"enum","name":"e","symbols":["x"]}`, long(1), "symbol 1 of 1"},
		"no symbols":           {`{"type":"enum","name":"e","symbols":[]}`, long(0), "symbol 0 of 0"},
		"float cut":            {`"float"`, []byte{1, 2, 3}, "ends before"},
		"double cut":           {`"double"`, []byte{1, 2, 3}, "ends before"},
		"array without end":    {`{"type":"array","items":"int"}`, join(long(1), long(5)), "ends before"},
		"array of all":         {`{"type":"array","items":"int"}`, join(long(math.MaxInt64), long(5)), "ends before"},
		"array of least":       {`{"type":"array","items":"int"}`, join(long(math.MinInt64), long(5)), "negative"},
		"array of bad size":    {`{"type":"array","items":"int"}`, join(long(-1), long(-5)), "negative"},
		"array of many nulls":  {`{"type":"array","items":"null"}`, join(long(1<<40), long(0)), ""},
		"array of many pairs":  {pairs, join(long(1<<40), long(0)), ""},
		"map of bad key":       {`{"type":"map","values":"int"}`, join(long(1), long(1<<40)), "ends before"},
		"recursive bomb":       {list, bytes.Repeat(long(1), 100_000), "nested more than 1024 deep"},
		"record in itself":     {`{"type":"record","name":"s","fields":[{"name":"s","type":"s"}]}`, []byte{0}, "nested more than 1024 deep"},
		"records doubling":     {doubling(60), []byte{0}, ""},
		"arrays within arrays": {`{"type":"array","items":{"type":"array","items":"null"}}`, join(long(3), long(1<<40), long(0), long(0), long(0), long(0)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			data := blockOf(fieldsOf(`{"name":"first","type":"int"},{"name":"v","type":`+test.schema+`}`), 2, long(1), test.data)
			if test.want == "" {
				test.want = "longer than"
			}
			for _, leftOut := range []bool{false, true} {
				var before, now runtime.MemStats
				runtime.ReadMemStats(&before)
				_, got, err := readAll(t.Context(), t, data, func(req *reader.Request) {
					if leftOut {
						req.LeaveOut = func(name string) bool { return name == "v" }
					}
				})
				runtime.ReadMemStats(&now)
				want := test.want
				if leftOut && want == "longer than" {
					want = "raise --max-ratio"
				}
				if abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), want) || len(got.Rows) > 0 {
					t.Errorf("left out %v: error %v (%v), want …%s", leftOut, err, abstract.ClassOf(err), want)
				}
				if used := now.TotalAlloc - before.TotalAlloc; used > 32<<20 {
					t.Errorf("left out %v: %d bytes allocated", leftOut, used)
				}
			}
		})
	}
}

// doubling is a record of two records of two records …, and of no bytes.
func doubling(n int) string {
	schema := `{"type":"record","name":"d0","fields":[]}`
	for i := range n {
		schema = fmt.Sprintf(`{"type":"record","name":"d%d","fields":[{"name":"a","type":%s},{"name":"b","type":"d%d"}]}`, i+1, schema, i)
	}
	return schema
}

// Z-05: what blocks unpack to is bounded, each by itself and all together.
func TestZ05Ratio(t *testing.T) {
	zeros := make([]byte, 20<<20)
	for _, c := range []codec{codecDeflate, codecZstd, codecXZ} {
		bomb := testFile{schema: ints, codec: c, blocks: []testBlock{{len(zeros), zeros}}}.bytes()
		_, _, err := readAll(t.Context(), t, bomb, nil)
		if abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), "unpacks to more than 16777216 bytes") {
			t.Errorf("%s, one block: %v", c, err)
		}
	}
	many := testFile{schema: `"bytes"`, codec: codecZstd}
	for range 8 {
		many.blocks = append(many.blocks, testBlock{1, join(long(10<<20), zeros[:10<<20])})
	}
	for ratio, want := range map[int64]string{2000: "raise --max-ratio", 0: ""} {
		_, got, err := readAll(t.Context(), t, many.bytes(), func(req *reader.Request) {
			req.Limits.MaxRatio = ratio
			req.LeaveOut = func(string) bool { return true }
		})
		if want == "" && (err != nil || len(got.Rows) != 8) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("ratio %d: %d rows, %v", ratio, len(got.Rows), err)
		}
	}
}
