package pusher_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-ede61cd5/sluice/pusher"
)

func TestK01DoubleAckChangesNothing(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		own := []pusher.Chunk{chunk(1, 10), chunk("last", 20)}
		first, last := r.push(own[0]), r.push(own[1])
		r.ack(first, false)
		want(t, "state", r.String(), "1 chunks 20 bytes f[last]done")
		r.unknown(first)
		r.unknown(own[0])
		r.ack(last, true)
		r.unknown(last)
		r.unknown(own[1])
		want(t, "state", r.String(), nothing)
	})
}

func TestK02UnknownAckChangesNothing(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.unknown(chunk(1, 1)) // before anything was pushed
		own := chunk(1, 5)
		own.Items = items(2)
		pushed := r.push(own)
		for name, change := range map[string]func(*pusher.Chunk){
			"file":      func(c *pusher.Chunk) { c.FilePath = "g" },
			"attempt":   func(c *pusher.Chunk) { c.Attempt = 1 },
			"size":      func(c *pusher.Chunk) { c.Size = 6 },
			"completed": func(c *pusher.Chunk) { c.Completed = true },
		} {
			t.Log("another", name)
			c := pushed
			change(&c)
			r.unknown(c)
			c = own
			change(&c)
			r.unknown(c)
		}
		other := newRig(t, 0)
		r.unknown(other.push(own)) // the token of another pusher
		r.ack(pushed, false)
	})
}

func TestK03AcksInAnyOrderReportDoneOnce(t *testing.T) {
	for _, order := range permutations(4) {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			bubble(t, 0, func(t *testing.T, r *rig) {
				pushed := []pusher.Chunk{r.push(chunk(0, 1)), r.push(chunk(1, 2)), r.push(chunk(2, 3)), r.push(chunk("last", 4))}
				for i, n := range order {
					r.ack(pushed[n], i == len(order)-1)
				}
				want(t, "state", r.String(), nothing)
			})
		})
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			q := append(append(append([]int(nil), p[:at]...), n-1), p[at:]...)
			all = append(all, q)
		}
	}
	return all
}

func TestK03NothingInFlightIsNotDoneBeforeTheLastChunk(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.ack(r.push(chunk(1, 1)), false)
		r.ack(r.push(chunk(2, 1)), false)
		want(t, "state", r.String(), nothing+" f[]")
		r.ack(r.push(chunk("last", 1)), true)
		want(t, "state", r.String(), nothing)
	})
}

func TestK04LastChunkAckedFirst(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		first, last := r.push(chunk(1, 1)), r.push(chunk("last", 1))
		r.ack(last, false)
		want(t, "state", r.String(), "1 chunks 1 bytes f[1]done")
		r.ack(first, true)
		want(t, "state", r.String(), nothing)
	})
}

func TestK05EqualOffsetsZeroRowsAndZeroSizes(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		var pushed []pusher.Chunk
		for range 3 {
			pushed = append(pushed, r.push(chunk(7, 0)))
		}
		last := r.push(chunk("last", 0))
		want(t, "state", r.String(), "4 chunks 0 bytes f[7 7 7 last]done")
		r.ack(pushed[1], false)
		want(t, "one ack takes one offset", r.String(), "3 chunks 0 bytes f[7 7 last]done")
		r.ack(last, false)
		r.unknown(pushed[1])
		r.ack(pushed[0], false)
		r.ack(pushed[2], true)
	})
}

func TestK06OffsetsOfAnyType(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		offsets := []any{nil, []int{1}, map[string]int{}, func() {}, math.NaN(), math.NaN(), new(int), struct{ b []byte }{}}
		var own, pushed []pusher.Chunk
		for i, offset := range append(offsets, offsets...) {
			c := pusher.Chunk{FilePath: "f", Offset: offset, Size: 1, Completed: i == 2*len(offsets)-1}
			own, pushed = append(own, c), append(pushed, r.push(c))
		}
		for i, c := range pushed[:len(offsets)] {
			r.ack(c, false)
			if i == 0 {
				r.unknown(c)
			}
		}
		for i, c := range own[len(offsets):] {
			r.ack(c, i == len(offsets)-1)
		}
		want(t, "state", r.String(), nothing)
	})
}

func TestK08AFileOfOneEmptyChunk(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.ack(r.push(chunk("last", 0)), true)
		want(t, "state", r.String(), nothing)
	})
}

func TestAChunkWithoutATokenIsTheOldestOfItsKind(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		for i := range 4 {
			r.push(chunk(i, 1))
		}
		twin := chunk("another offset", 1)
		r.ack(twin, false)
		want(t, "state", r.String(), "3 chunks 3 bytes f[1 2 3]")
		token := r.push(chunk(4, 1))
		r.ack(token, false)
		want(t, "the youngest leaves by its token", r.String(), "3 chunks 3 bytes f[1 2 3]")
		r.ack(twin, false)
		r.push(chunk(5, 1))
		r.ack(twin, false)
		want(t, "state", r.String(), "2 chunks 2 bytes f[3 5]")
		r.ack(twin, false)
		r.ack(twin, false)
		r.unknown(twin)
	})
}

func TestAChunkWithoutATokenIsKnownByItsItems(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		rows := items(4)
		var own []pusher.Chunk
		for i := range 4 {
			c := chunk(i, 1)
			c.Items = rows[i : i+1]
			own = append(own, c)
			r.push(c)
		}
		r.ack(own[2], false)
		want(t, "state", r.String(), "3 chunks 3 bytes f[0 1 3]")
		r.unknown(own[2])
		stranger := own[1]
		stranger.Items = items(1) // equal elements elsewhere
		r.unknown(stranger)
		stranger.Items = rows[1:3] // the same array, but longer
		r.unknown(stranger)
		stranger.Items = nil
		r.unknown(stranger)
		r.ack(own[3], false)
		r.ack(own[0], false)
		want(t, "state", r.String(), "1 chunks 1 bytes f[1]")
	})
}

func TestATokenIsEnoughWhenTheItemsAreGone(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		c := chunk("last", 1)
		c.Items = items(3)
		pushed := r.push(c)
		pushed.Items, pushed.Offset = nil, nil
		r.ack(pushed, true)
	})
}

func TestAnAckedChunkMayBePushedAgain(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		first := r.push(chunk(1, 1))
		r.ack(first, false)
		second := r.push(first) // it still has its old token
		r.unknown(first)
		r.ack(second, false)
	})
}

func TestReadOffsetsAreRightAfterEveryStep(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		var pushed []pusher.Chunk
		for i := range 6 {
			pushed = append(pushed, r.push(chunk(i, 1)))
		}
		left := "f[0 1 2 3 4 5]"
		for _, step := range []struct {
			ack  int
			left string
		}{{0, "f[1 2 3 4 5]"}, {5, "f[1 2 3 4]"}, {2, "f[1 3 4]"}, {4, "f[1 3]"}, {1, "f[3]"}, {3, "f[]"}} {
			r.ack(pushed[step.ack], false)
			left = step.left
			chunks, bytes := r.InFlight()
			want(t, "state", r.String(), fmt.Sprintf("%d chunks %d bytes %s", chunks, bytes, left))
		}
	})
}
