package snapshot

import (
	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// pageSize is the most objects of a page; see [source.Source].
const pageSize = 1000

// collector gathers objects into pages. A shell that expands a pattern itself
// gives a place for each file, and a page of one object each would cost the
// engine a transaction each.
type collector struct {
	page   func(object.Bucket, []object.Info) error
	bucket object.Bucket
	infos  []object.Info
}

func (c *collector) add(b object.Bucket, info object.Info) error {
	if len(c.infos) == pageSize || len(c.infos) > 0 && c.bucket.Name() != b.Name() {
		if err := c.flush(); err != nil {
			return err
		}
	}
	c.bucket = b
	c.infos = append(c.infos, info)
	return nil
}

func (c *collector) flush() error {
	if len(c.infos) == 0 {
		return nil
	}
	err := c.page(c.bucket, c.infos)
	clear(c.infos)
	c.infos = c.infos[:0]
	return err
}

// listed knows what the places before have delivered: single keys by name,
// the others by their patterns.
type listed struct {
	keys     map[abstract.ObjectID]bool // without generations
	patterns []listedPattern
}

type listedPattern struct {
	bucket  object.Bucket
	pattern object.Pattern
	after   string // the key after which the listing began
}

func (l *listed) add(b object.Bucket, p object.Pattern, after string) {
	if key, ok := p.Key(); ok {
		l.keys[abstract.ObjectID{Bucket: b.Name(), Key: key}] = true
		return
	}
	l.patterns = append(l.patterns, listedPattern{b, p, after})
}

// has tells whether a key was delivered before. A pattern that matches it is
// not enough in a bucket with links: its listing must have come there, too.
func (l *listed) has(b object.Bucket, key string) bool {
	if l.keys[abstract.ObjectID{Bucket: b.Name(), Key: key}] {
		return true
	}
	for _, earlier := range l.patterns {
		if earlier.bucket.Name() != b.Name() || key <= earlier.after || !earlier.pattern.Match(key) {
			continue
		}
		linker, ok := b.(object.Linker)
		if !ok || linker.Reaches(earlier.pattern.Prefix(), key) {
			return true
		}
	}
	return false
}
