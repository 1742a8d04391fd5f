package main

import (
	"encoding/json"
	"os"
	"path"
	"regexp"
	"strings"
)

// dialects are the flags that files are loaded with, as by a user who has
// looked at them; the first that matches a path is taken. All others are loaded without any.
// A file that needs a flag which the binary does not have counts as one whose
// format is not known.
var dialects = []struct {
	path *regexp.Regexp
	args []string
}{
	{regexp.MustCompile(`^arrow-testing/data/csv/fuzzing/clusterfuzz`), []string{"--format", "csv"}},
	{regexp.MustCompile(`^arrow-testing/data/parquet/.*(clusterfuzz|crash)-`), []string{"--format", "parquet"}},
	{regexp.MustCompile(`\.parquet\.encrypted$`), []string{"--format", "parquet"}},
	{regexp.MustCompile(`^JSONTestSuite/`), []string{"--format", "json"}},
	{regexp.MustCompile(`^cloudtrail/`), []string{"--records-path", "Records"}},
	{regexp.MustCompile(`^csvkit/examples/(test_latin1)\.csv$`), []string{"--encoding", "latin1"}},
	{regexp.MustCompile(`^csvkit/examples/no_header_row\.csv$`), []string{"--no-header"}},
	{regexp.MustCompile(`^duckdb-csv/.*/bgzf\.gz$`), []string{"--format", "csv"}},
	{regexp.MustCompile(`^duckdb-csv/.*/human_eval\.[ct]sv$`), []string{"--escape", `\`, "--no-header"}},
	{regexp.MustCompile(`^duckdb-json/data/json/map_.*\.jsonl$`), []string{"--format", "json"}},
	{regexp.MustCompile(`^elastic-examples/.*/nginxplus_json_logs$`), []string{"--format", "jsonl"}},
	{regexp.MustCompile(`^fivethirtyeight/poll-of-pollsters/poll-of-pollsters-(3|anonymous-answers-7)\.tsv$`), []string{"--encoding", "windows-1252"}},
	{regexp.MustCompile(`^openflights/.*\.dat$`), []string{"--format", "csv", "--no-header", "--null", `\N`, "--escape", `\`}},
	{regexp.MustCompile(`^rust-csv/.*-no-headers\.csv$`), []string{"--no-header"}},
	{regexp.MustCompile(`^rust-csv/.*-latin1\.csv$`), []string{"--encoding", "latin1"}},
	{regexp.MustCompile(`^snappy/`), []string{"--format", "csv"}},
	{regexp.MustCompile(`^zstd/`), []string{"--format", "csv"}},
}

// arguments are the flags for a file, or else what is missing to load it.
func (c *corpus) arguments(f file) (args []string, missing string) {
	if args, missing, declared := c.declared(f.path); declared {
		return args, missing
	}
	for _, d := range dialects {
		if d.path.MatchString(f.path) {
			args = d.args
			break
		}
	}
	return args, c.lacking(args)
}

// lacking is the first flag that the binary does not have.
func (c *corpus) lacking(args []string) string {
	for _, arg := range args {
		if strings.HasPrefix(arg, "--") && !c.knows(arg) {
			return arg
		}
	}
	return ""
}

// parameters is the dialect that pollock declares for a file.
type parameters struct {
	Encoding  string `json:"encoding"`
	Delimiter string `json:"delimiter"`
	Quote     string `json:"quotechar"`
	Escape    string `json:"escapechar"`
	Header    any    `json:"header_lines"` // a number, or one in quotes
	Preamble  any    `json:"preamble_lines"`
}

// declared are the flags for a file of pollock's, if its dialect is declared.
func (c *corpus) declared(name string) (args []string, missing string, ok bool) {
	if !strings.HasPrefix(name, "pollock/") || path.Base(path.Dir(name)) != "csv" {
		return nil, "", false
	}
	data, err := os.ReadFile(c.at(path.Join(path.Dir(path.Dir(name)), "parameters", path.Base(name)+"_parameters.json")))
	if err != nil {
		return nil, "", false
	}
	var p parameters
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, "dialect: " + err.Error(), true
	}
	switch strings.ToLower(p.Encoding) {
	case "ascii", "utf-8":
	case "latin1":
		args = append(args, "--encoding", "latin1")
	default:
		return nil, "--encoding " + p.Encoding, true
	}
	if p.Delimiter == "\t" {
		args = append(args, "--delimiter", "tab")
	} else if p.Delimiter != "" && p.Delimiter != "," {
		args = append(args, "--delimiter", p.Delimiter)
	}
	if p.Quote != "" && p.Quote != `"` {
		args = append(args, "--quote", p.Quote)
	}
	if p.Escape != "" && p.Escape != p.Quote {
		args = append(args, "--escape", p.Escape)
	}
	if skip := text("%v", p.Preamble); skip != "0" {
		args = append(args, "--skip-lines", skip)
	}
	switch text("%v", p.Header) {
	case "0":
		args = append(args, "--no-header")
	case "1":
	default:
		return nil, "header of several lines", true
	}
	return args, c.lacking(args), true
}
