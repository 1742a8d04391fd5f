package main

import (
	"fmt"
	"os"
	"strings"
)

// exceptions are the files that are read otherwise than expected, by the rule
// of docs/formats.md that says so, which is quoted.
var exceptions = []struct {
	rule  string
	paths []string // or their beginnings, if they end in *
}{}

// refusals are the reasons for which files are refused.
var refusals = []string{}

// reasonOf is the refusal that an error is, "" if it is none of them.
func reasonOf(failed string) string {
	for _, r := range refusals {
		if strings.Contains(failed, r) {
			return r
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
