package main

import (
	"path/filepath"
	"testing"
)

// TestEveryMutantApplies finds out early that code has moved from under one.
func TestEveryMutantApplies(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range mutants {
		if _, err := m.apply(root, t.TempDir()); err != nil || names[m.name] {
			t.Errorf("%s: %v", m.name, err)
		}
		names[m.name] = true
	}
}
