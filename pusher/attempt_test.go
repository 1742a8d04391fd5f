package pusher_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
)

func TestK07SameFileTwiceInFlight(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		first := []pusher.Chunk{r.push(chunk(1, 1)), r.push(chunk("last", 1))}
		second := []pusher.Chunk{r.push(chunk(1, 1)), r.push(chunk("last", 1))}
		want(t, "state", r.String(), "4 chunks 4 bytes f[1 last]done")
		r.ack(first[0], false)
		r.ack(first[1], false)
		r.unknown(first[1])
		r.ack(second[1], false)
		r.ack(second[0], true)
		want(t, "state", r.String(), nothing)
	})
}

func TestK07TheOlderOneAckedLast(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		first, second := r.push(chunk("last", 10)), r.push(chunk("last", 1))
		r.ack(second, true)
		want(t, "state", r.String(), "1 chunks 10 bytes")
		r.ack(first, false)
		want(t, "state", r.String(), nothing)
	})
}

func TestK07WithoutTokensTheOlderAttemptIsAckedFirst(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		own := chunk("last", 1)
		r.push(own)
		r.push(own)
		r.ack(own, false)
		r.ack(own, true)
	})
}

func TestTheSameFileAgainAfterItWasDone(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.ack(r.push(chunk("last", 1)), true)
		r.ack(r.push(attempt(0, "last")), true)
		r.ack(r.push(attempt(5, "last")), true)
		r.ack(r.push(attempt(2, "last")), true) // nothing is left to compare it with
	})
}

func TestK09ARetryAfterTheReaderFailed(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		old := []pusher.Chunk{r.push(attempt(1, 1)), r.push(attempt(1, 2)), r.push(attempt(1, 3))}
		r.ack(old[0], false)
		retry := []pusher.Chunk{r.push(attempt(2, 1)), r.push(attempt(2, "last"))}
		want(t, "state", r.String(), "4 chunks 4 bytes f[1 last]done")
		r.ack(old[1], false)
		r.ack(retry[0], false)
		r.ack(retry[1], true)
		want(t, "state", r.String(), "1 chunks 1 bytes")
		r.ack(old[2], false)
		want(t, "state", r.String(), nothing)
	})
}

func TestK09LateAcksOfACompletedOlderAttempt(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		old := r.push(attempt(1, "last"))
		retry := r.push(attempt(2, 1))
		r.ack(old, false)
		r.ack(retry, false)
		r.ack(r.push(attempt(2, "last")), true)
		want(t, "state", r.String(), nothing)
	})
}

func TestAnOlderAttemptIsRefused(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.push(attempt(2, 1))
		err := r.Push(t.Context(), attempt(1, 2))
		wantErr(t, "Push", err, pusher.ErrSuperseded)
		want(t, "class", abstract.ClassOf(err), abstract.FileOnly)
		want(t, "state", r.String(), "1 chunks 1 bytes f[1]")
	})
}

func TestANackedFileIsNeverDone(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		first, second, last := r.push(chunk(1, 1)), r.push(chunk(2, 1)), r.push(chunk("last", 1))
		r.ack(first, false)
		wantErr(t, "Nack", r.Nack(second), nil)
		want(t, "state", r.String(), "1 chunks 1 bytes f[last]done")
		r.unknown(second)
		r.ack(last, false)
		want(t, "state", r.String(), nothing)
		r.ack(r.push(chunk("last", 1)), true) // the next attempt
	})
}

func TestANackedAttemptTakesNoMore(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		wantErr(t, "Nack", r.Nack(r.push(attempt(1, 1))), nil)
		err := r.Push(t.Context(), attempt(1, "last"))
		wantErr(t, "Push", err, pusher.ErrNacked)
		want(t, "class", abstract.ClassOf(err), abstract.FileOnly)
		want(t, "state", r.String(), nothing+" f[]")
		r.ack(r.push(attempt(2, "last")), true)
	})
}

func TestANackRefusesTheChunkThatWaitsForItsRoom(t *testing.T) {
	bubble(t, 1, func(t *testing.T, r *rig) {
		first := r.push(chunk(1, 1))
		waiting := r.start(t.Context(), chunk("last", 1))
		want(t, "throttled", pending(waiting), true)
		wantErr(t, "Nack", r.Nack(first), nil)
		wantErr(t, "Push", <-waiting, pusher.ErrNacked)
		want(t, "state", r.String(), nothing+" f[]")
	})
}

func TestAbandon(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.Abandon("f", 0) // nothing there
		old := r.push(chunk(1, 1))
		r.Abandon("f", 1) // another attempt
		want(t, "state", r.String(), "1 chunks 1 bytes f[1]")
		r.Abandon("f", 0)
		want(t, "state", r.String(), "1 chunks 1 bytes")
		last := r.push(chunk("last", 1)) // of the next attempt
		r.ack(old, false)
		r.ack(last, true)
		want(t, "state", r.String(), nothing)
	})
}

func TestAnAbandonedAttemptIsNeverDone(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		last := r.push(chunk("last", 1))
		r.Abandon("f", 0)
		r.ack(last, false)
		want(t, "state", r.String(), nothing)
	})
}

func TestFilesDoNotMix(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		f, g := chunk("last", 1), chunk("last", 1)
		g.FilePath = "g"
		f, g = r.push(f), r.push(g)
		want(t, "state", r.String(), "2 chunks 2 bytes f[last]done g[last]done")
		r.ack(g, true)
		want(t, "state", r.String(), "1 chunks 1 bytes f[last]done")
		r.ack(f, true)
	})
}
