package fault

import (
	"context"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Bucket decorates a bucket: each page of a listing, each Stat and Open, and
// each Read of a body is a call, and each disposal if it is an
// [object.Disposer]. A body that is cut or truncated still yields half of what
// was read last.
func Bucket(b object.Bucket, inj *Injector) object.Bucket {
	decorated := &bucket{b, inj}
	d, ok := b.(object.Disposer)
	if !ok {
		return decorated
	}
	if t, ok := b.(object.Tagger); ok {
		return &tagger{&disposer{decorated, d}, t}
	}
	return &disposer{decorated, d}
}

type bucket struct {
	object.Bucket
	inj *Injector
}

func (b *bucket) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	return b.Bucket.List(ctx, prefix, func(infos []object.Info) error {
		before, after := b.inj.enter(ctx, OpList)
		if before != nil {
			return before
		}
		if err := page(infos); err != nil {
			return err
		}
		return after
	})
}

func (b *bucket) Stat(ctx context.Context, key string) (object.Info, error) {
	before, after := b.inj.enter(ctx, OpStat)
	if before != nil {
		return object.Info{}, before
	}
	info, err := b.Bucket.Stat(ctx, key)
	if err == nil {
		err = after
	}
	return info, err
}

func (b *bucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	before, after := b.inj.enter(ctx, OpOpen)
	if before != nil {
		return nil, before
	}
	r, err := b.Bucket.Open(ctx, info, offset, length)
	if err != nil {
		return nil, err
	}
	if after != nil {
		_ = r.Close() // the caller is to know of the fault alone
		return nil, after
	}
	return &body{ReadCloser: r, ctx: ctx, inj: b.inj}, nil
}

// body is an open object.
type body struct {
	io.ReadCloser
	ctx   context.Context
	inj   *Injector
	ended error // what every Read answers from now on
}

func (b *body) Read(p []byte) (int, error) {
	if b.ended != nil {
		return 0, b.ended
	}
	kind, fault := b.inj.decide(b.ctx, OpRead)
	if fault != nil && kind != After && kind != Truncate && kind != Cut {
		return 0, fault
	}
	n, err := b.ReadCloser.Read(p)
	switch {
	case fault == nil || err != nil && err != io.EOF:
		return n, err
	case kind == Truncate:
		b.ended = io.EOF
	case kind == Cut:
		b.ended = abstract.WithClass(abstract.Transient, io.ErrUnexpectedEOF)
	default:
		return 0, fault
	}
	return n / 2, nil
}
