package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// loader is a program that loads a file, or, for comparison, only reads it.
type loader struct {
	name    string
	fills   bool // it fills the table
	command func(ctx context.Context, b *bench, in input, db database) *exec.Cmd
}

var sluice = loader{"sluice load (with ledger)", true, func(ctx context.Context, b *bench, in input, db database) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.sluice, "load", in.path, "--to", db.url(), "--table", table, "--memory", b.memory)
	if in.store != nil {
		cmd.Args = append(cmd.Args, "--endpoint", in.store.Endpoint, "--path-style")
		cmd.Env = in.store.Env()
	}
	return cmd
}}

// psql copies what it finds in the file's columns; the file id stays NULL.
var psql = loader{`psql \copy … csv`, true, func(ctx context.Context, _ *bench, in input, db database) *exec.Cmd {
	statement := fmt.Sprintf(`\copy %s (%s) from '%s' csv header`, table, names(in.columns), in.path)
	return exec.CommandContext(ctx, "psql", "-X", "-q", "-d", db.url(), "-c", statement)
}}

var (
	duckdbOrdered   = duckdbLoader("DuckDB INSERT … FROM read_…", "true")
	duckdbUnordered = duckdbLoader("the same, preserve_insertion_order = false", "false")
)

func duckdbLoader(name, ordered string) loader {
	return loader{name, true, func(ctx context.Context, b *bench, in input, db database) *exec.Cmd {
		statement := "INSERT INTO " + table + " BY NAME FROM " + in.scan()
		return exec.CommandContext(ctx, b.self, "child-duckdb", strings.TrimPrefix(db.url(), "duckdb:"), "SET preserve_insertion_order = "+ordered, statement)
	}}
}

// duckdbChild opens the database, executes statements and closes it.
func duckdbChild(ctx context.Context, args []string) error {
	return inDuckDB(ctx, args[0], args[1:]...)
}

// gunzip is the decompressor that Sluice uses, by itself.
var gunzip = loader{"klauspost/compress/gzip alone", false, func(ctx context.Context, b *bench, in input, _ database) *exec.Cmd {
	return exec.CommandContext(ctx, b.self, "child-gunzip", in.path)
}}

func gunzipChild(_ context.Context, args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{zip}, make([]byte, 1<<20))
	return err
}

// gzipCommand is what most people have, for orientation.
var gzipCommand = loader{"gzip -t alone", false, func(ctx context.Context, _ *bench, in input, _ database) *exec.Cmd {
	return exec.CommandContext(ctx, "gzip", "-t", in.path) // -dc into nothing
}}
