package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// exceptions are the files that are read otherwise than expected, by the rule
// of docs/formats.md that says so, which is quoted.
var exceptions = []struct {
	rule  string
	paths []string // or their beginnings, if they end in *
}{
	{"After the closing quote a delimiter or a line end must follow, else the row is bad", []string{
		"duckdb-csv/data/csv/afl/3977/*",
		"duckdb-csv/data/csv/afl/4234/test_fuzz_4234.csv",
		"duckdb-csv/data/csv/afl/4496/crashes/*",
		"duckdb-csv/data/csv/quoted_comment_buffer_boundary.csv",
	}},
	{"CR alone only where the first line end is one and CRs outnumber LFs in the first MiB", []string{
		"duckdb-csv/data/csv/afl/20250211_csv_fuzz_crash/case_53.csv",
		"duckdb-csv/data/csv/afl/ignore_errors/28.csv",
		"duckdb-csv/data/csv/afl/null_padding/30.csv",
		"duckdb-csv/data/csv/one_r_n_two.csv",
	}},
	// They have a table behind the table, with a header of its own and empty rows
	// between; Python takes the empty line that the last one begins with for its header.
	{"the first line that is neither empty nor a comment, unless `--no-header`", []string{
		"pollock/polluted_files/csv/file_multitable_same.csv",
		"pollock/survey_sample/csv/20170320-ePC_Data-Travel-Stationery.csv",
		"pollock/survey_sample/csv/mos-oct-dec-2014.csv",
		"csvkit/examples/bad_skip_lines.csv",
	}},
	// Control characters of UTF-8 in place of dashes and bullets, which the clean tables have.
	{"No encoding is guessed, and nothing is replaced", []string{
		"pollock/survey_sample/csv/ministers-overseas-travel-jan-mar-2013.csv",
		"pollock/survey_sample/csv/nati-clin-audi-bowe-canc-2017-tran-main-fiel-list.csv",
	}},
	{"one column, named as the first of them; both in one record is a bad row", []string{
		"duckdb-json/data/json/15601/bunch_of_key_collisions.json",
		"duckdb-json/data/json/duplicate_column_names.json",
	}},
	{"DuckDB 1.5.5 reads these and Sluice refuses them", []string{
		"arrow-testing/data/parquet/fuzzing/clusterfuzz-testcase-minimized-parquet-arrow-fuzz-6358005443592192",
		"arrow-testing/data/parquet/fuzzing/clusterfuzz-testcase-parquet-arrow-fuzz-4747568180101120",
		"arrow-testing/data/parquet/fuzzing/clusterfuzz-testcase-parquet-arrow-fuzz-5415048864989184",
		"arrow-testing/data/parquet/fuzzing/clusterfuzz-testcase-parquet-arrow-fuzz-5747222405447680.fuzz",
		"arrow-testing/data/parquet/fuzzing/crash-61d6204d481340860da54e30f1937b67234ad0f7",
		"duckdb-parquet/data/parquet-testing/broken/internal_6129.parquet",
		"duckdb-parquet/data/parquet-testing/parquet_column_num_values_mismatch.parquet",
		"duckdb-parquet/data/parquet-testing/plaintext_footer_crypto_metadata.parquet",
	}},
	{"And these have rows that are bad rows here", []string{
		"duckdb-parquet/data/parquet-testing/invalid.parquet",
		"duckdb-parquet/data/parquet-testing/invalid_utf8_dba.parquet",
		"duckdb-parquet/data/parquet-testing/negative-timetz.parquet",
		"duckdb-parquet/data/parquet-testing/nullbyte.parquet",
		"duckdb-parquet/data/parquet-testing/nullbyte_multiple.parquet",
		"parquet-testing/data/int96_from_spark.parquet",
	}},
	// DuckDB answers count(column) by them.
	{"never used, so wrong ones do no harm", []string{
		"duckdb-parquet/data/parquet-testing/h2oai/h2oai_group_small.parquet",
	}},
	{"`json` of the group that it is stored as", []string{
		"duckdb-parquet/data/parquet-testing/variant_partial_shredded*",
	}},
}

// refusals are the reasons for which a file may be refused, by what they say.
var refusals = []*regexp.Regexp{
	// Text
	regexp.MustCompile(`is not valid UTF-8: is the file text in another encoding`),
	regexp.MustCompile(`has a NUL byte: is the file text in another encoding`),
	regexp.MustCompile(`the header cannot be read: .* follows a closing quote`),
	regexp.MustCompile(`the header cannot be read: its quote is never closed`),
	regexp.MustCompile(`the file has no columns, and table "t" does not exist`),
	// JSON
	regexp.MustCompile(`none of its first \d+ records can be read, the first bad one is record \d+: it is an? (array|string|number|bool), not an object`),
	regexp.MustCompile(`none of its first \d+ records can be read, the first bad one is record \d+: it is not JSON`),
	regexp.MustCompile(`JSON lines are objects, with a key for each column`),
	regexp.MustCompile(`at byte \d+, .*: (nothing is expected behind the document|a record is expected)`),
	// Avro
	regexp.MustCompile(`the block of records \d+ to \d+ at byte \d+: branch -?\d+ of \d+`),
	regexp.MustCompile(`at byte \d+: a block of \d+ bytes, of which the file has only \d+`),
	regexp.MustCompile(`the file is cut short: it ends at byte \d+`),
	// Parquet
	regexp.MustCompile(`the file is not Parquet`),
	regexp.MustCompile(`the file is encrypted, which is not read`),
	regexp.MustCompile(`the schema in the footer cannot be read`),
	regexp.MustCompile(`the footer cannot be read`),
	regexp.MustCompile(`column .* is a group without fields, which is not read`),
	regexp.MustCompile(`column .* is said to be at bytes -?\d+ to -?\d+, beyond the data`),
	regexp.MustCompile(`column .* has \d+ values in a row group of \d+ rows`),
	regexp.MustCompile(`column .*: the levels of its parts do not agree`),
	regexp.MustCompile(`compressed with codec number \d+, which is not read`),
	regexp.MustCompile(`column .*: page at value \d+: its checksum is wrong`),
	regexp.MustCompile(`column .*: page at value \d+: its header cannot be read`),
	regexp.MustCompile(`column .*: page at value \d+: the page ends before its values do`),
	regexp.MustCompile(`column .*: page at value \d+: a page of -?\d+ values, the column has \d+ left`),
	regexp.MustCompile(`column .*: page at value \d+: the page is -?\d+ bytes when decompressed: more than \d+ are not read`),
	regexp.MustCompile(`column .*: page at value \d+: snappy: \d+ bytes cannot be the \d+ of the page`),
	regexp.MustCompile(`column .*: page at value \d+: (a dictionary of -?\d+ values|index \d+ in a dictionary|indices of \d+ bits)`),
	regexp.MustCompile(`column .*: page at value \d+: (\d+ delta values in a page|deltas of \d+ bits|a prefix is longer)`),
}

// reasonOf is the refusal that an error is, "" if it is none of them.
func reasonOf(failed string) string {
	for _, r := range refusals {
		if r.MatchString(failed) {
			return r.String()
		}
	}
	return ""
}

func matches(pattern, path string) bool {
	if beginning, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(path, beginning)
	}
	return pattern == path
}

// allowedFor tells whether a file may be read otherwise than expected.
func allowedFor(path string) bool {
	for _, e := range exceptions {
		for _, pattern := range e.paths {
			if matches(pattern, path) {
				return true
			}
		}
	}
	return false
}

// stale lists the exceptions that none of the files needs any more.
func stale(files []file, verdicts []verdict) (errs []error) {
	for _, e := range exceptions {
		for _, pattern := range e.paths {
			used := false
			for i, f := range files {
				used = used || verdicts[i].kind == allowed && matches(pattern, f.path)
			}
			if !used {
				errs = append(errs, fmt.Errorf("%s is read as expected: take it off the list of exceptions", pattern))
			}
		}
	}
	return errs
}

// checkRules makes sure that each rule stands in the documentation.
func checkRules(path string) error {
	docs, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	words := strings.Join(strings.Fields(string(docs)), " ")
	for _, e := range exceptions {
		if !strings.Contains(words, e.rule) {
			return fmt.Errorf("%s does not say %q any more", path, e.rule)
		}
	}
	return nil
}
