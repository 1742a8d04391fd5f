package abstract_test

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func ExampleNewRows() {
	item, err := abstract.NewRows("people", []string{"name", "born"},
		[]any{"Ada", 1815},
		[]any{"Alan", nil},
	)
	if err != nil {
		panic(err)
	}
	defer item.Release()
	fmt.Println(item.Table, item.NumRows(), item.Batch.Column(1))

	_, err = abstract.NewRows("people", []string{"born"}, []any{1815}, []any{"1912"})
	fmt.Println(err)
	// Output:
	// people 2 [1815 (null)]
	// rows for table "people": row 1, column "born": a string (text) in a column of type int64
}
