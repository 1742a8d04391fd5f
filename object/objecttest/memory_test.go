package objecttest_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/objecttest"
)

// memory is the plainest bucket. It keeps old content for those who read it,
// as S3 does; faults say what it does wrong.
type memory struct {
	faults faults

	mu      sync.Mutex
	objects map[string]stored
	puts    int
}

type stored struct {
	info    object.Info
	content []byte
	tags    map[string]string
}

func (m *memory) put(_ *testing.T, key string, content []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.puts++
	info := object.Info{Key: key, Size: int64(len(content)), Generation: fmt.Sprint(m.puts)}
	if m.faults.sizeGeneration {
		info.Generation = fmt.Sprint(len(content))
	}
	if old, ok := m.objects[key]; ok && m.faults.mixes {
		n := copy(old.content, content)
		clear(old.content[n:])
	}
	m.objects[key] = stored{info: info, content: bytes.Clone(content)}
}

func (m *memory) delete(_ *testing.T, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, key)
}

func (*memory) Name() string { return "memory://" }
func (*memory) Close() error { return nil }

func (m *memory) Stat(ctx context.Context, key string) (object.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[key]
	if !ok {
		class := abstract.NotFound
		if m.faults.unclassified {
			class = abstract.Permanent
		}
		return object.Info{}, abstract.WithClass(class, fmt.Errorf("%q is not there", key))
	}
	if m.faults.ignoresContext {
		return o.info, nil
	}
	return o.info, ctx.Err()
}

func (m *memory) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	return m.list(ctx, prefix, page, func(string) bool { return true })
}

func (m *memory) ListAfter(ctx context.Context, prefix, after string, page func([]object.Info) error) error {
	return m.list(ctx, prefix, page, func(key string) bool { return key > after || m.faults.listsFrom && key == after })
}

func (m *memory) list(ctx context.Context, prefix string, page func([]object.Info) error, wanted func(key string) bool) error {
	m.mu.Lock()
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(m.objects)), func(key string) bool { return !wanted(key) })
	if m.faults.foldsOrder {
		slices.SortFunc(keys, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	}
	var infos []object.Info
	for _, key := range keys {
		inDir := strings.HasPrefix(key, prefix[:strings.LastIndexByte(prefix, '/')+1])
		if strings.HasPrefix(key, prefix) || m.faults.listsDirectory && inDir {
			infos = append(infos, m.objects[key].info)
		}
	}
	m.mu.Unlock()
	size := cmp.Or(m.faults.pageSize, 1000)
	for chunk := range slices.Chunk(infos, size) {
		if m.faults.onePage && len(infos) > size {
			return page(chunk)
		}
		if err := ctx.Err(); err != nil && !m.faults.ignoresContext {
			return err
		}
		if err := page(chunk); err != nil && !m.faults.listsOn {
			if m.faults.wrapsErrors {
				err = fmt.Errorf("list: %w", err)
			}
			return err
		}
	}
	if m.faults.ignoresContext {
		return nil
	}
	return ctx.Err()
}

func (m *memory) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	now, err := m.Stat(ctx, info.Key)
	if err != nil {
		return nil, err
	}
	if now.Generation != info.Generation && !m.faults.anyGeneration {
		return nil, abstract.WithClass(abstract.FileOnly, object.ErrChanged)
	}
	m.mu.Lock()
	content := m.objects[info.Key].content
	m.mu.Unlock()
	if length < 0 {
		length = info.Size - offset
	}
	if m.faults.shortIsEnd {
		offset = min(max(offset, 0), info.Size)
		length = min(max(length, 0), info.Size-offset)
	}
	if offset < 0 || length < 0 || length > info.Size-offset {
		return nil, abstract.WithClass(abstract.FileOnly, io.ErrUnexpectedEOF)
	}
	if m.faults.offByOne && length > 0 && offset+length < info.Size {
		length--
	}
	if m.faults.anyGeneration {
		length = min(length, int64(len(content))-offset)
	}
	return &body{ctx: ctx, r: bytes.NewReader(content[offset : offset+length]), faults: m.faults}, nil
}

type body struct {
	ctx    context.Context
	r      io.Reader
	closed bool
	faults faults
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil && !b.faults.ignoresContext {
		if b.faults.cancelIsEnd {
			return 0, io.EOF
		}
		return 0, err
	}
	if b.closed && !b.faults.readsClosed {
		return 0, io.ErrClosedPipe
	}
	return b.r.Read(p)
}

func (b *body) Close() error {
	b.closed = true
	return nil
}

func run(t *testing.T, f faults) {
	objecttest.Run(t, func(*testing.T) objecttest.Harness {
		m := &memory{faults: f, objects: map[string]stored{}}
		return objecttest.Harness{Bucket: m, Put: m.put, Delete: m.delete, HalfMove: m.halfMove, Tags: m.tagsOf}
	})
}

func TestMemory(t *testing.T) { run(t, faults{}) }
