package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// model is the generated table, as a query of DuckDB with places for the
// first row's number and that behind the last: every cell follows from the row's number, so each format has
// the same rows. Keys, amounts, dates and times, words that repeat and words
// that do not; some may be NULL, some texts are empty, or need quotes in CSV.
const model = `SELECT
	i AS id,
	(a %% 500_000)::INTEGER AS customer,
	CASE WHEN b %% 20 > 0 THEN (b %% 97)::INTEGER END AS quantity,
	((c %% 10_000_000) / 100)::DECIMAL(12, 2) AS price,
	CASE WHEN a %% 3 > 0 THEN (a %% 50) / 100 END AS discount,
	(b %% 1_000_000_007) / 12_345.0 AS weight,
	DATE '2015-01-01' + (c %% 4000)::INTEGER AS day,
	make_timestamp((1_420_070_400_000_000 + a %% 345_600_000_000_000)::BIGINT) AS created,
	CASE WHEN c %% 10 > 0 THEN make_timestamp((1_420_070_400 + b %% 345_600_000)::BIGINT * 1_000_000) END AS shipped,
	b %% 4 > 0 AS paid,
	['new', 'paid', 'packed', 'shipped', 'returned', 'cancelled'][((c >> 8) %% 6)::INTEGER + 1] AS status,
	['Germany', 'France', 'Poland', 'Spain', 'Italy', 'Côte d''Ivoire', 'Netherlands', 'Korea, Republic of'][((a >> 8) %% 8)::INTEGER + 1] AS country,
	'user' || (b >> 20) %% 5_000_000 || '@example.com' AS email,
	printf('%%016x', c >> 1) AS reference,
	CASE (a >> 16) %% 8
		WHEN 0 THEN '' WHEN 1 THEN 'leave it at the door, please' WHEN 2 THEN 'a "gift"' WHEN 3 THEN E'two\nlines'
		WHEN 4 THEN 'order ' || b %% 1000 || ' once more' WHEN 5 THEN 'Grüße' END AS comment
	FROM (SELECT range AS i, hash(range) AS a, hash(range + 1_000_000_000_000) AS b, hash(range + 2_000_000_000_000) AS c FROM range(%d, %d))`

// generated writes the rows of the model in that format, if that was not done
// before.
func (b *bench) generated(format string, rows int64) (input, error) {
	in := input{path: filepath.Join(b.dir, fmt.Sprintf("orders-%d.%s", rows, format)), format: format, rows: rows}
	if _, err := os.Stat(in.path); errors.Is(err, os.ErrNotExist) {
		if base, zipped := strings.CutSuffix(format, ".gz"); zipped {
			plain, err := b.generated(base, rows)
			if err != nil {
				return in, err
			}
			if err := compress(in.path, plain.path); err != nil {
				return in, err
			}
		} else if err := generate(in.path, format, 0, rows); err != nil {
			return in, err
		}
	}
	return in.measured()
}

// inParts writes the same rows as files of a folder.
func (b *bench) inParts(in input) (input, error) {
	const parts = 64
	in.path = strings.TrimSuffix(in.path, "."+in.format)
	if err := os.Mkdir(in.path, 0o700); errors.Is(err, os.ErrExist) {
		return in, nil
	} else if err != nil {
		return in, err
	}
	for p := range int64(parts) {
		path := filepath.Join(in.path, fmt.Sprintf("%02d.%s", p, in.format))
		if err := generate(path, in.format, in.rows*p/parts, in.rows*(p+1)/parts); err != nil {
			return in, err
		}
	}
	return in, nil
}

// generate writes the model's rows from first to before last.
func generate(path, format string, first, last int64) error {
	options := map[string]string{"csv": "csv, HEADER", "jsonl": "json", "parquet": "parquet"}[format]
	return inDuckDB(context.Background(), "", fmt.Sprintf("COPY (%s) TO %s (FORMAT %s)", fmt.Sprintf(model, first, last), literal(path), options))
}

// compress writes a file as gzip does by default.
func compress(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	zip := gzip.NewWriter(out)
	if _, err := io.Copy(zip, in); err != nil {
		return err
	}
	return zip.Close()
}
