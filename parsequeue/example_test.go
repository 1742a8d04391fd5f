package parsequeue_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

// Lines are parsed in parallel; a bad one is answered with its own error and
// the others are stored in order.
func Example() {
	parse := func(_ context.Context, line string) ([]abstract.ChangeItem, error) {
		name, born, ok := strings.Cut(line, ",")
		if !ok {
			return nil, abstract.WithClass(abstract.FileOnly, fmt.Errorf("no comma in %q", line))
		}
		item, err := abstract.NewRows("people", []string{"name", "born"}, []any{name, born})
		return []abstract.ChangeItem{item}, err
	}
	ack := func(line string, _ time.Time, err error) error {
		fmt.Printf("%s: %v\n", line, err)
		return nil // go on
	}
	queue := parsequeue.New(nil, 4, &sink{stores: true}, parse, ack)
	for _, line := range []string{"Ada,1815", "Alan 1912", "Grace,1906"} {
		if err := queue.Add(line); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(queue.Close())
	// Output:
	// Ada,1815: <nil>
	// Alan 1912: no comma in "Alan 1912"
	// Grace,1906: <nil>
	// <nil>
}
