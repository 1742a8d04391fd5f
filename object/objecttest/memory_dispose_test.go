package objecttest_test

import (
	"context"
	"maps"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// present tells whether the generation is there. REQUIRES: m.mu held.
func (m *memory) present(ctx context.Context, id abstract.ObjectID) (stored, bool, error) {
	o, ok := m.objects[id.Key]
	switch {
	case ctx.Err() != nil && !m.faults.disposesLate:
		return o, false, ctx.Err()
	case !ok && m.faults.goneFails:
		return o, false, abstract.WithClass(abstract.NotFound, object.ErrChanged)
	case ok && o.info.Generation != id.Generation && !m.faults.disposesAny:
		return o, false, abstract.WithClass(abstract.FileOnly, object.ErrChanged)
	}
	return o, ok, nil
}

func (m *memory) Remove(ctx context.Context, id abstract.ObjectID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok, err := m.present(ctx, id); err != nil || !ok {
		return err
	}
	delete(m.objects, id.Key)
	return nil
}

func (m *memory) Move(ctx context.Context, id abstract.ObjectID, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok, err := m.present(ctx, id)
	if err != nil || !ok {
		return err
	}
	if there, ok := m.objects[key]; ok && there.info.Generation != id.Generation && !m.faults.movesOnto {
		return abstract.WithClass(abstract.FileOnly, object.ErrExists)
	}
	o.info.Key = key
	m.objects[key] = o
	if !m.faults.copies {
		delete(m.objects, id.Key)
	}
	return nil
}

func (m *memory) Tag(ctx context.Context, id abstract.ObjectID, key, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok, err := m.present(ctx, id)
	if err != nil || !ok {
		return err
	}
	tags := map[string]string{}
	if !m.faults.losesTags {
		maps.Copy(tags, o.tags)
	}
	tags[key] = value
	o.tags = tags
	m.objects[id.Key] = o
	return nil
}

// halfMove copies only.
func (m *memory) halfMove(_ *testing.T, id abstract.ObjectID, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.objects[id.Key]
	o.info.Key = key
	m.objects[key] = o
}

func (m *memory) tagsOf(_ *testing.T, key string) map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.objects[key].tags
}
