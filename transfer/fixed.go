package transfer

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// checkColumns refuses fixed types that an existing table does not have, and
// where they are to be all that it has, its other columns. Where columns are added,
// one that it lacks is no error: it is the type of one that may come.
func (l *load) checkColumns(schema abstract.Schema) error {
	index, fixed := indexNames(namesOf(schema)), make([]bool, len(schema))
	for _, c := range l.cfg.Columns {
		i := index.find(c.Name)
		switch {
		case i >= 0:
			fixed[i] = true
		case l.cfg.OnNewColumn == AddNew:
			continue
		default:
			return configError("column %s=%s is asked for: table %q exists and has no such column", c.Name, c.Type, l.cfg.Table)
		}
		if schema[i].Type != c.Type {
			return configError("column %s=%s is asked for: table %q exists and takes %s there", c.Name, c.Type, l.cfg.Table, schema[i].Type)
		}
	}
	if !l.cfg.Exact || l.cfg.OnNewColumn == AddNew {
		return nil
	}
	for i, c := range schema {
		if !fixed[i] {
			return configError("table %q exists and has a column %q, which is not among those that it is to have", l.cfg.Table, c.Name)
		}
	}
	return nil
}

// addFixed gives an existing table what it lacks of the columns that it is to
// have. One that is merely named may be a slip of the pen: it waits for a file.
func (l *load) addFixed(ctx context.Context) error {
	if !l.cfg.Exact {
		return nil
	}
	var missing abstract.Schema
	for _, c := range l.cfg.Columns {
		if l.columns.now.Load().matcher.Lacks(c.Name) {
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if l.dry {
		l.toAdd = missing
		return nil
	}
	return l.ask(ctx, func() error {
		err := l.cfg.Target.AddColumns(ctx, l.cfg.Table, missing)
		if err == nil {
			_, err = l.relook(ctx)
		}
		return err
	})
}

func namesOf(schema abstract.Schema) (list []string) {
	for _, c := range schema {
		list = append(list, c.Name)
	}
	return list
}
