package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/fault"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// A reader is to survive the loss of every single answer of the store.
func ExampleEach() {
	store := &readertest.Bucket{Files: map[string][]byte{"a": []byte("some bytes")}}
	for n, inj := range fault.Each(fault.Fault{Kind: fault.After}) {
		bucket := fault.Bucket(store, inj)
		var text []byte
		body, err := bucket.Open(context.Background(), store.Info("a"), 0, -1)
		if err == nil {
			text, err = io.ReadAll(body)
		}
		fmt.Println(n, string(text), errors.Is(err, fault.ErrInjected))
	}
	// Output:
	// 1  true
	// 2  true
	// 3 some bytes true
	// 4 some bytes false
}
