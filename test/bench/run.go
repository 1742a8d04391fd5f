package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
)

// run lets the contenders load in turns and prints the medians.
func (b *bench) run(ctx context.Context, r race) error {
	db, err := b.database(ctx, r.into)
	if errors.Is(err, postgres.ErrNone) && os.Getenv("SLUICE_POSTGRES") != "required" {
		b.printf("\n%s: left out. %v\n", r.title, err)
		return nil
	}
	if err != nil {
		return err
	}
	results := make([]result, len(r.contenders))
	for i, c := range r.contenders {
		if results[i], err = b.prepare(ctx, r, c); err != nil {
			return err
		}
	}
	for round := range b.rounds + 1 {
		fmt.Fprintf(os.Stderr, "%s: round %d of %d\n", r.title, round, b.rounds)
		tallies := map[int64]string{}
		for i := range results {
			l, err := b.once(ctx, &results[i], db)
			if err != nil {
				return err
			}
			if round > 0 { // the first warms the file cache
				results[i].loads = append(results[i].loads, l)
			} else if err := check(ctx, db, results[i], tallies); err != nil {
				return err
			}
		}
	}
	b.report(r, db, results)
	return nil
}

// prepare makes the contender's file.
func (b *bench) prepare(ctx context.Context, r race, c contender) (result, error) {
	source, rows := r.source, c.rows
	if source == nil {
		source = (*bench).generated
	}
	if rows == 0 {
		rows = b.rows
	}
	in, err := source(b, c.format, rows)
	if err == nil {
		switch c.from {
		case folder:
			in, err = b.inParts(in)
		case s3:
			in, err = b.uploaded(ctx, in)
		}
	}
	return result{contender: c, in: in}, err
}

// once empties the table and lets the contender fill it.
func (b *bench) once(ctx context.Context, r *result, db database) (load, error) {
	if err := db.reset(ctx, r.in.columns); err != nil {
		return load{}, err
	}
	storeCPU := func() float64 { return 0 }
	if r.in.store != nil {
		storeCPU = func() float64 { return serverCPU(b.store.pid) }
	}
	l, err := measure(r.loader.command(ctx, b, r.in, db), db.cpu, storeCPU)
	if err != nil {
		return l, fmt.Errorf("%s: %w", r.loader.name, err)
	}
	return l, nil
}

// check compares the table with what it must hold: as many rows as the input,
// and the same as the contenders before. tallies has the sums of their hashes,
// by number of rows.
func check(ctx context.Context, db database, r result, tallies map[int64]string) error {
	if !r.loader.fills {
		return nil
	}
	rows, sum, err := db.tally(ctx, r.in.columns)
	if err != nil {
		return err
	}
	if rows != r.in.rows {
		return fmt.Errorf("%s: the table has %d rows of %d", r.loader.name, rows, r.in.rows)
	}
	if other, ok := tallies[rows]; ok && other != sum {
		return fmt.Errorf("%s: the table has other rows than the contenders before have loaded", r.loader.name)
	}
	tallies[rows] = sum
	return nil
}
