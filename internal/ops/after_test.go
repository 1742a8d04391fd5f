package ops

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/source/after"
)

// acting has a number of its own for each counter.
type acting struct{}

func (acting) Stats() after.Stats {
	return after.Stats{Acted: 1, Failed: 2, Replaced: 3, Pending: 4}
}

func TestAfterMetrics(t *testing.T) {
	_, text := get(t, Handler(&engine{}, nil, After(acting{})), "/metrics")
	for _, line := range []string{"done_total 1", "failed_total 2", "replaced_total 3", "pending 4"} {
		if !strings.Contains(text, "\nsluice_after_"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}
