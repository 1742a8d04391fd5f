package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	driver "github.com/seed-ede61cd5/sluice/target/postgres"
	"github.com/seed-ede61cd5/sluice/target/targettest"
)

func TestConformance(t *testing.T) {
	needServer(t)
	for name, opts := range map[string]driver.Options{
		"default": {},
		"tight":   {Buffer: 1},
		"lanes":   {Buffer: 1, Lanes: 3, Transaction: 1},
		"no lane": {Lanes: -1},
	} {
		t.Run(name, func(t *testing.T) {
			urls := map[target.Target]string{}
			targettest.Run(t, targettest.Harness{
				Open: func(ctx context.Context, t *testing.T, test string) (target.Target, error) {
					url := database(t, name+test)
					db, err := driver.Open(ctx, url, opts)
					if err == nil {
						urls[db] = url
					}
					return db, err
				},
				Rows: func(t *testing.T, db target.Target, table string, schema abstract.Schema) [][]any {
					return rows(t, urls[db], table, schema)
				},
				Exec:         func(t *testing.T, db target.Target, statement string) { sqlExec(t, urls[db], statement) },
				LedgerSchema: "sluice",
				CaseTwins:    true,
				MaxName:      63,
			})
		})
	}
}

// rows reads a table by pgx's own decoders.
func rows(t *testing.T, url, table string, schema abstract.Schema) (list [][]any) {
	t.Helper()
	var columns []string
	for _, column := range schema {
		expression := pgx.Identifier{column.Name}.Sanitize()
		switch _, _, decimal := column.Type.Decimal(); {
		case decimal, column.Type == abstract.Time, column.Type == abstract.UUID, column.Type == abstract.JSON:
			expression += "::text"
		}
		columns = append(columns, expression)
	}
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	query := fmt.Sprintf("SELECT %s FROM public.%s", strings.Join(columns, ", "), pgx.Identifier{table}.Sanitize())
	result, err := conn.Query(t.Context(), query)
	must(t, err)
	defer result.Close()
	for result.Next() {
		row, err := result.Values()
		must(t, err)
		for n, value := range row {
			switch small := value.(type) {
			case int32:
				row[n] = int64(small)
			case int16:
				row[n] = int64(small)
			}
		}
		list = append(list, row)
	}
	must(t, result.Err())
	return list
}
