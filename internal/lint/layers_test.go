package lint

import (
	"go/build"
	"path"
	"strings"
	"testing"
)

const module = "github.com/seed-ede61cd5/sluice"

// layers is the table of ARCHITECTURE.md: a package may import packages of
// lower layers only. A name that ends in /* stands for every package below.
// Packages of one layer do not know each other, and a driver knows neither
// its siblings nor drivers of another kind.
var layers = [][]string{
	{"abstract", "internal/pause", "internal/alloctest", "internal/faultytest"},
	{"config", "object"},
	{"internal/awsclient"},
	{"object/*", "internal/s3folder"},
	{"parsequeue", "ledger"},
	{"pusher", "source", "target"},
	{"target/postgres/internal/*"},
	{"source/*", "target/*", "fault"},
	{"source/sqs/sqstest"},
	{"reader/internal/*"},
	{"reader"},
	{"reader/internal/jsonrow", "reader/internal/rows", "reader/internal/typed"},
	{"reader/*"},
	{"connector"},
	{"connector/*"},
	{"transfer"},
	{"internal/ops", "internal/inspect"},
	{"internal/cli"},
	{"cmd/sluice"},
}

// exempt packages stand outside the layers: nothing imports them.
var exempt = []string{"internal/lint"}

func layerOf(pkg string) int {
	for i, names := range layers {
		for _, name := range names {
			if name == pkg {
				return i
			}
		}
	}
	for i, names := range layers {
		for _, name := range names {
			if parent, ok := strings.CutSuffix(name, "/*"); ok && path.Dir(pkg) == parent {
				return i
			}
		}
	}
	return -1
}

func TestImportsGoStrictlyDown(t *testing.T) {
	for _, dir := range packages(t) {
		pkg, err := build.ImportDir("../../"+dir, 0)
		if err != nil {
			t.Fatalf("read package %s: %v", dir, err)
		}
		if contains(exempt, dir) {
			continue
		}
		from := layerOf(dir)
		if from < 0 {
			t.Errorf("package %s is in no layer: add it to the table here and in ARCHITECTURE.md", dir)
			continue
		}
		imports := pkg.Imports
		for _, path := range imports {
			to, ok := strings.CutPrefix(path, module+"/")
			if !ok {
				continue
			}
			if layerOf(to) >= from {
				t.Errorf("%s (layer %d) imports %s (layer %d): imports go strictly down", dir, from, to, layerOf(to))
			}
		}
	}
}

// TestOnlyTheCommandLineKnowsEveryDriver keeps drivers out of the engine.
func TestOnlyTheCommandLineKnowsEveryDriver(t *testing.T) {
	for _, dir := range packages(t) {
		if dir == "connector/all" {
			continue
		}
		pkg, err := build.ImportDir("../../"+dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range pkg.Imports {
			to, ok := strings.CutPrefix(imported, module+"/")
			if ok && isDriver(to) && !strings.HasPrefix(dir, path.Dir(to)+"/") {
				t.Errorf("%s imports the driver %s: only connector/all does", dir, to)
			}
		}
	}
}

// isDriver tells a driver from the package that defines its kind and from a
// conformance suite.
func isDriver(pkg string) bool {
	switch path.Dir(pkg) {
	case "object", "reader", "target":
		return !strings.HasSuffix(pkg, "test") && pkg != "reader/shape" // which goes around any format
	}
	return false
}
