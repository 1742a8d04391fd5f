package pusher_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// printer stands for a database: it prints what it is given.
type printer struct{}

func (printer) AsyncPush(items []abstract.ChangeItem) <-chan error {
	answer := make(chan error, 1)
	answer <- printItems(items)
	return answer
}

func (printer) Close() error { return nil }

func printItems(items []abstract.ChangeItem) error {
	for _, item := range items {
		fmt.Println(item.NumRows(), "rows for", item.Table)
	}
	abstract.ReleaseAll(items)
	return nil
}

// A file is done when the Push of its last chunk has returned.
func ExampleSyncPusher() {
	p := pusher.NewSyncPusher(printItems)
	item, err := abstract.NewRows("people", []string{"name", "born"},
		[]any{"Ada", 1815},
		[]any{"Alan", 1912},
	)
	if err != nil {
		log.Fatal(err)
	}
	err = p.Push(context.Background(), pusher.Chunk{
		FilePath: "people.csv", Completed: true, Items: []abstract.ChangeItem{item},
	})
	fmt.Println("people.csv is done:", err == nil)
	// Output:
	// 2 rows for people
	// people.csv is done: true
}

// Files are read on while earlier chunks are under way; the AckFunc learns
// when one is done.
func ExampleParsequeuePusher() {
	var p *pusher.ParsequeuePusher
	queue := parsequeue.New(nil, 4, printer{}, pusher.Items,
		func(chunk pusher.Chunk, _ time.Time, err error) error {
			if err != nil {
				return err // ends the queue
			}
			done, err := p.Ack(chunk)
			fmt.Println(chunk.FilePath, "at", chunk.Offset, "is done:", done)
			return err
		})
	p = pusher.NewParsequeuePusher(queue, nil, 64<<20)

	for line, name := range []string{"Ada", "Alan"} {
		item, err := abstract.NewRows("people", []string{"name"}, []any{name})
		if err != nil {
			log.Fatal(err)
		}
		chunk := pusher.Chunk{FilePath: "people.csv", Offset: line, Completed: line == 1, Size: 100}
		chunk.Items = []abstract.ChangeItem{item}
		if err := p.Push(context.Background(), chunk); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("closed:", queue.Close())
	// Unordered output:
	// 1 rows for people
	// 1 rows for people
	// people.csv at 0 is done: false
	// people.csv at 1 is done: true
	// closed: <nil>
}

// The rows of an item are an Arrow record batch, here with both pushers by way
// of New.
func ExampleNew() {
	builder := array.NewRecordBuilder(memory.DefaultAllocator,
		abstract.Schema{{Name: "n", Type: abstract.Int64}}.Arrow())
	builder.Field(0).(*array.Int64Builder).AppendValues([]int64{1, 2, 3}, nil)
	batch := builder.NewRecordBatch()
	batch.Retain() // each Push takes one reference
	chunk := pusher.Chunk{FilePath: "numbers.parquet", Completed: true, Size: 24}

	p := pusher.New(printItems, nil, nil, 0)
	chunk.Items = []abstract.ChangeItem{{Table: "snapshot", Batch: batch}}
	fmt.Println(p.Push(context.Background(), chunk))

	queue := parsequeue.New(nil, 1, printer{}, pusher.Items,
		func(chunk pusher.Chunk, _ time.Time, err error) error {
			if err == nil {
				_, err = p.Ack(chunk)
			}
			return err
		})
	p = pusher.New(nil, queue, nil, 64<<20)
	chunk.Items = []abstract.ChangeItem{{Table: "replication", Batch: batch}}
	if err := p.Push(context.Background(), chunk); err != nil {
		log.Fatal(err)
	}
	fmt.Println(queue.Close())
	// Output:
	// 3 rows for snapshot
	// <nil>
	// 3 rows for replication
	// <nil>
}
