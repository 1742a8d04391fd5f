package jsonrow

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
)

// between is what stands between the keys in the name of a column that is
// flattened.
const between = "_"

// flatten takes apart the object at pos, which is the value of a key: its keys
// are columns, with the key's name before theirs. So that no two keys of a
// record make the same column unnoticed, the key counts as one itself.
func (w *walker) flatten(data []byte, start, pos int, k *key, levels int) (end int, reason string) {
	t := k.target
	if t.seen == w.number {
		return pos, twice(t.as.path, k.path)
	}
	t.seen, t.as, t.object = w.number, k, true
	if k.inside == nil {
		k.inside = &scope{prefix: k.name + between, path: k.path + ".", found: make(map[string]*key)}
	}
	if reason = w.other(); reason != "" {
		return pos, reason
	}
	return w.object(data, start, pos, k.inside, levels)
}

// other counts a key that is no field. The names of those within objects are
// longer than what the record has of them, so their number is bounded.
func (w *walker) other() (reason string) {
	const most = 2 * reader.MaxColumns
	if w.others++; w.others > most && w.levels > 0 {
		return fmt.Sprintf("it has more than %d keys besides those of columns, too many to flatten", most)
	}
	return ""
}
