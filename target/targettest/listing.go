package targettest

import (
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/ledger"
)

func testList(e *env) {
	store := e.db.Ledger()
	var list []ledger.Candidate
	for n := range 2500 { // more than one page
		list = append(list, ledger.Candidate{Object: object(fmt.Sprint(n), "g")})
	}
	e.must(store.Register(e.Context(), "many", list))
	e.must(store.Bind(e.Context(), "many", table))
	e.must(store.Bind(e.Context(), pipeline, table))
	e.create()
	done, failed, parked := e.file("done"), e.file("failed"), e.file("parked")
	item := e.chunk(done, 4, true)
	item.Origin.Rejected, item.Origin.Reason = 2, "bad"
	e.must(pushAndFlush(e.session(), item))
	e.must(store.Fail(e.Context(), failed.id, "why"))
	for range ledger.MaxAttempts {
		e.must(store.Fail(e.Context(), parked.id, "why"))
	}
	count := func(f ledger.Filter) (n int) {
		last := int64(0)
		e.must(store.List(e.Context(), f, func(entry ledger.Entry) error {
			if entry.ID <= last {
				e.Fatal("not in the order of ids")
			}
			last = entry.ID
			n++
			if n == 1 {
				// The store may be used meanwhile.
				_, _, err := store.Get(e.Context(), entry.ID)
				return err
			}
			return nil
		}))
		return n
	}
	for _, tc := range []struct {
		f    ledger.Filter
		want int
	}{
		{ledger.Filter{}, 2503},
		{ledger.Filter{Pipeline: "many"}, 2500},
		{ledger.Filter{Pipeline: pipeline}, 3},
		{ledger.Filter{Failed: true}, 2},
		{ledger.Filter{Pipeline: "many", Failed: true}, 0},
		{ledger.Filter{Pipeline: "none"}, 0},
	} {
		if got := count(tc.f); got != tc.want {
			e.Errorf("%+v lists %d entries, want %d", tc.f, got, tc.want)
		}
	}
	stop := errors.New("enough")
	if err := store.List(e.Context(), ledger.Filter{}, func(ledger.Entry) error { return stop }); err != stop {
		e.Errorf("the listing ended with %v", err)
	}
	e.wantSummaries()
}

func (e *env) wantSummaries() {
	e.Helper()
	list, err := e.db.Ledger().Summaries(e.Context(), "")
	e.must(err)
	if len(list) != 2 || list[0].Pipeline != "many" || list[1].Pipeline != pipeline {
		e.Fatalf("summaries: %+v", list)
	}
	many, own := list[0], list[1]
	if many.Files[ledger.Pending] != 2500 || many.Rows != 0 || many.Table != table {
		e.Errorf("summary: %+v", many)
	}
	if own.Files[ledger.Done] != 1 || own.Files[ledger.Failed] != 1 || own.Files[ledger.Parked] != 1 ||
		own.Rows != 4 || own.Rejected != 2 || own.Bytes != 40 {
		e.Errorf("summary: %+v", own)
	}
	if list, err = e.db.Ledger().Summaries(e.Context(), pipeline); err != nil || len(list) != 1 {
		e.Errorf("summary of one pipeline: %+v, %v", list, err)
	}
}

func testSummaryOfNothing(e *env) {
	store := e.db.Ledger()
	if list, err := store.Summaries(e.Context(), ""); len(list) != 0 || err != nil {
		e.Errorf("summaries: %+v, %v", list, err)
	}
	e.must(store.Bind(e.Context(), pipeline, table))
	list, err := store.Summaries(e.Context(), "")
	if e.must(err); len(list) != 1 || len(list[0].Files) != 0 || list[0].Rows != 0 {
		e.Errorf("summaries: %+v", list)
	}
}
