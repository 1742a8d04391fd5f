package main

import (
	"context"
	"regexp"
	"strings"
)

// must are the files of which their authors say how they have to end.
var must = []struct {
	path   *regexp.Regexp
	accept bool
}{
	// All but ARROW-GH-43605, whose indices of 0 bits are those of a dictionary of one value.
	{regexp.MustCompile(`^parquet-testing/bad_data/(ARROW-GH-4[157]|ARROW-RS|PARQUET).*\.parquet$`), false},
	{regexp.MustCompile(`^parquet-testing/data/.*-corrupt-checksum\.parquet$`), false},
	{regexp.MustCompile(`\.parquet\.encrypted$`), false},
	{regexp.MustCompile(`^snappy/testdata/baddata`), false},
	{regexp.MustCompile(`^avro/lang/c/tests/avro-(1237-bad|1238-truncated)`), false},
	{regexp.MustCompile(`^logstash-input-s3/.*/multiple_compressed_streams\.gz$`), true},
}

// unnamed is how Sluice refuses a file whose format it does not know.
var unnamed = regexp.MustCompile(`the name does not tell the format`)

// judge compares what was loaded with what is known of the file.
func (c *corpus) judge(ctx context.Context, dir string, f file, args []string, t table) (kind, string, error) {
	if unnamed.MatchString(t.failed) {
		return unknownFormat, t.failed, nil
	}
	k, why, err := c.compare(ctx, dir, f, args, t)
	if err != nil {
		return k, why, err
	}
	for _, m := range must {
		if !m.path.MatchString(f.path) {
			continue
		}
		if refused := t.failed != "" || t.rejected > 0; refused == m.accept {
			k, why = disagreed, text("it must be accepted: %t; it was refused: %t %s", m.accept, refused, t.failed)
		} else if refused {
			k, why = rejected, t.failed
		} else if k == notComparable {
			k = agreed
		}
	}
	if k == rejected && t.failed != "" && reasonOf(t.failed) == "" {
		k, why = disagreed, "it is refused for a reason that is none of the known: "+t.failed
	}
	if k == disagreed && allowedFor(f.path) {
		k = allowed
	}
	return k, why, nil
}

// compare takes what is known best: the rows, if somebody wrote them down, else
// what others have counted.
func (c *corpus) compare(ctx context.Context, dir string, f file, args []string, t table) (kind, string, error) {
	if strings.HasPrefix(f.path, "JSONTestSuite/") && f.format == "json" {
		return c.suite(ctx, dir, f)
	}
	if k, why, known, err := c.compareCells(ctx, dir, f, args, t); known || err != nil {
		return k, why, err
	}
	format, _, _ := strings.Cut(f.format, "-")
	switch format {
	case "csv":
		k, why := compareCSV(f, args, t)
		return k, why, nil
	case "json", "ndjson":
		return c.compareJSON(f, args, t)
	case "parquet":
		k, why := compareParquet(f, t)
		return k, why, nil
	case "avro", "line":
		k, why := compareCount(f, t)
		return k, why, nil
	}
	if t.failed != "" {
		return rejected, t.failed, nil
	}
	return notComparable, "", nil
}
