package parquet

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data []byte) reader.File { return readertest.InMemory("f.parquet", data) }

// readAll samples a file and reads all of it.
func readAll(ctx context.Context, t testing.TB, data []byte, limits *reader.Limits, onBad reader.OnBadRow) (reader.Sample, *readertest.Result, error) {
	t.Helper()
	file := inMemory(data)
	s, err := New().Sample(ctx, file, reader.Hints{})
	if err != nil {
		return s, &readertest.Result{}, err
	}
	got, err := readertest.Read(ctx, t, New(), reader.Request{
		File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), Limits: limits, OnBadRow: onBad,
	}, nil)
	return s, got, err
}

// differs is the files, by a part of their name, whose counts are not those of
// the oracle, and why.
func differs(name string) string {
	for part, why := range map[string]string{
		"variant_partial_shredded": "a VARIANT is read as the group that it is stored as, which is there where the value is null",
		"h2oai_group_small":        "the oracle counted by statistics, which are wrong (B-16); its own SELECT … IS NULL agrees",
		"invalid.parquet":          "text that is not UTF-8 is a bad row",
		"invalid_utf8_dba":         "text that is not UTF-8 is a bad row",
		"negative-timetz":          "a time must be within a day",
		"nullbyte":                 "text with a NUL byte is a bad row",
		"int96_from_spark":         "a timestamp that does not fit into microseconds is a bad row",
	} {
		if strings.Contains(name, part) {
			return why
		}
	}
	return ""
}

// refusedHere is the files that DuckDB reads and that are refused, by a part
// of the name, with a part of the reason. docs/formats.md lists them.
func refusedHere() map[string]string {
	return map[string]string{
		"arrow-fuzz-6358005443592192":              "delta values in a page of",
		"arrow-fuzz-4747568180101120":              "decompress LZ4",
		"arrow-fuzz-5415048864989184":              "deltas of 251 bits",
		"arrow-fuzz-5747222405447680":              "a page of -1 values",
		"crash-61d6204d481340860da54e30f1937b6723": "ends before its values",
		"internal_6129":                            "ends before its values",
		"parquet_column_num_values_mismatch":       "has 0 values in a row group of 8",
		"plaintext_footer_crypto_metadata":         "encrypted",
		"ARROW-GH-45185":                           "levels of its parts do not agree",
		"ARROW-RS-GH-6229-LEVELS":                  "a page of 21 values",
		"datapage_v1-corrupt-checksum":             "checksum is wrong",
		"rle-dict-uncompressed-corrupt-checksum":   "checksum is wrong",
	}
}

var expected = regexp.MustCompile(`rows=(\d+) cols=\d+ non_null=\[([\d, ]*)\]`)

// Each file is agreed with DuckDB's reading of it, or refused with a reason.
func TestCorpusCounts(t *testing.T) {
	dir := readertest.Corpus(t)
	counts := map[string]int{}
	var refused []string
	eachParquet(t, dir, func(name, oracle string) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		limits := reader.NewLimits(32<<20, 2)
		limits.Allocator = mem
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		_, got, err := readAll(ctx, t, data, limits, reader.SkipRow)
		if took := time.Since(start); took > 3*time.Second {
			t.Logf("%s: took %v", name, took)
		}
		mem.AssertSize(t, 0)
		if limits.InUse() != 0 {
			t.Errorf("%s: %d bytes are still in use", name, limits.InUse())
		}
		want := expected.FindStringSubmatch(oracle)
		switch {
		case err != nil && abstract.ClassOf(err) != abstract.FileOnly:
			counts["crashed or hung"]++
			t.Errorf("%s: %v (%v)", name, err, abstract.ClassOf(err))
		case err != nil && want == nil:
			counts["refused by both"]++
		case err != nil:
			known := false
			for part, why := range refusedHere() {
				known = known || strings.Contains(name, part) && strings.Contains(err.Error(), why)
			}
			if !known {
				t.Errorf("%s: %v", name, err)
			}
			counts["refused here"]++
			refused = append(refused, fmt.Sprintf("%s: %.250s", name, strings.ReplaceAll(err.Error(), "mem://test/f.parquet: ", "")))
		case want == nil:
			counts["refused by DuckDB only"]++
			t.Logf("%s: %d rows; DuckDB: %.100s", name, got.Records(), oracle)
		case want[1] != fmt.Sprint(got.Records()) || !strings.HasPrefix(want[2], nonNull(got)):
			if differs(name) != "" && want[1] == fmt.Sprint(got.Records()) {
				counts["agreed but for a rule"]++
				break
			}
			counts["disagreed"]++
			t.Errorf("%s: %d records, %d rejected, not NULL %s; DuckDB %s", name, got.Records(), got.Rejected, nonNull(got), oracle)
		default:
			counts["agreed"]++
		}
		if got.Rejected > 0 {
			t.Logf("%s: %d rejected: %s", name, got.Rejected, got.Reasons[0])
		}
	})
	slices.Sort(refused)
	t.Logf("%v\nrefused here:\n%s", counts, strings.Join(refused, "\n"))
}

// nonNull counts the values of the first 30 columns, as the oracle does.
func nonNull(got *readertest.Result) string {
	if len(got.Rows) == 0 {
		return ""
	}
	counts := make([]int, min(30, len(got.Rows[0])))
	for _, row := range got.Rows {
		for i := range counts {
			if row[i] != nil {
				counts[i]++
			}
		}
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(counts), " ", ", "), "[]")
}

// eachParquet calls f with the Parquet files and what DuckDB found.
func eachParquet(t *testing.T, dir string, f func(name, oracle string)) {
	t.Helper()
	list, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) >= 7 && fields[3] == "parquet" {
			f(fields[0], fields[6])
		}
	}
}
