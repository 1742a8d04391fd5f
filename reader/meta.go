package reader

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// What a [Meta] column may have.
const (
	MetaFile     = "file"      // the file as errors and the ledger name it: a path, or bucket and key
	MetaRow      = "row"       // the record's number in the file, from 1; rejected records count
	MetaModTime  = "mtime"     // the file's time of change, NULL where the store tells none
	MetaSize     = "size"      // the file's bytes, as they are stored
	MetaLoadedAt = "loaded_at" // when the file was looked at to be loaded: the same for all its rows, whatever happens in between
)

// Meta is a column that is added to a file's own.
type Meta struct {
	What string `json:"what"` // one of [Metas]
	Name string `json:"name"`
}

// Metas is everything that a [Meta] column may have.
func Metas() []string {
	return []string{MetaFile, MetaRow, MetaModTime, MetaSize, MetaLoadedAt}
}

// Type is the column's type.
func (m Meta) Type() abstract.Type {
	switch m.What {
	case MetaRow, MetaSize:
		return abstract.Int64
	case MetaModTime, MetaLoadedAt:
		return abstract.TimestampTZ
	}
	return abstract.Text
}

// checkMeta tells what is wrong with the columns that are added, besides those
// that are renamed to the given names.
func (s *Shaping) checkMeta(renamed []string) error {
	names := slices.Clone(renamed)
	var errs []error
	for _, m := range s.Meta {
		if !slices.Contains(Metas(), m.What) {
			errs = append(errs, fmt.Errorf("--meta %s: there are %s", m.What, strings.Join(Metas(), ", ")))
		}
		names = append(names, m.Name)
	}
	if len(s.Meta) > 0 {
		_, err := once("--meta", names)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
