package cli

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/object"
)

// cost sums up what the source's buckets have cost, nil if none of them
// costs anything.
func (o *opened) cost() *object.Usage {
	var sum *object.Usage
	for _, b := range o.buckets {
		if m, ok := b.(object.Metered); ok {
			if sum == nil {
				sum = &object.Usage{}
			}
			*sum = sum.Add(m.Usage())
		}
	}
	return sum
}

// costJSON is what requests to a store --json tells of.
type costJSON struct {
	Lists  int64 `json:"list_requests"`
	Gets   int64 `json:"get_requests"`
	Heads  int64 `json:"head_requests"`
	Writes int64 `json:"write_requests"`
	Bytes  int64 `json:"bytes_received"`
}

func newCostJSON(u *object.Usage) *costJSON {
	if u == nil {
		return nil
	}
	return &costJSON{u.Lists, u.Gets, u.Heads, u.Writes, u.Bytes}
}

// costText is the same for people, "" for nil.
func costText(u *object.Usage) string {
	if u == nil {
		return ""
	}
	text := fmt.Sprintf("%s LIST, %s GET and %s HEAD requests, %s received", count(u.Lists), count(u.Gets), count(u.Heads), bytesText(u.Bytes))
	if u.Writes > 0 {
		text += fmt.Sprintf(", and %s PUT, POST and DELETE requests", count(u.Writes))
	}
	return text
}
