package pusher_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

func TestK11CancelWhileThrottled(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		first := r.push(chunk(1, 10))
		ctx, cancel := context.WithCancel(t.Context())
		waiting := r.start(ctx, chunk("last", 1))
		want(t, "throttled", pending(waiting), true)
		cancel()
		want(t, "Push", <-waiting, context.Canceled)
		want(t, "state", r.String(), "1 chunks 10 bytes f[1]")
		r.ack(first, false)
		want(t, "nothing was left in the line", r.String(), nothing+" f[]")
	})
}

func TestK11CancelledBeforePush(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		want(t, "Push", r.Push(ctx, chunk(1, 1)), context.Canceled)
		want(t, "state", r.String(), nothing)
	})
}

func TestK11ACancelledPushLetsTheNextOneIn(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.push(chunk(1, 6))
		ctx, cancel := context.WithCancel(t.Context())
		big := r.start(ctx, chunk(2, 5))
		small := r.start(t.Context(), chunk(3, 4))
		want(t, "the small one waits its turn", pending(small), true)
		cancel()
		synctest.Wait()
		want(t, "big", <-big, context.Canceled)
		want(t, "the small one still waits", pending(small), false)
		wantErr(t, "small", <-small, nil)
		want(t, "state", r.String(), "2 chunks 10 bytes f[1 3]")
	})
}

// K-11: room and cancellation come together. Whichever wins, no room is lost
// and the next one in the line gets what is free.
func TestK11CancelRacesWithAdmission(t *testing.T) {
	for range 300 {
		bubble(t, 10, func(t *testing.T, r *rig) {
			first := r.push(chunk(1, 10))
			ctx, cancel := context.WithCancel(t.Context())
			second := r.start(ctx, chunk(2, 10))
			third := r.start(t.Context(), chunk(3, 10))
			go cancel()
			r.ack(first, false)
			synctest.Wait()
			switch err := <-second; err {
			case nil:
				want(t, "state", r.String(), "1 chunks 10 bytes f[2]")
				r.ack(chunk(2, 10), false)
				synctest.Wait()
			case context.Canceled:
			default:
				t.Errorf("second: %v", err)
			}
			wantErr(t, "third", <-third, nil)
			want(t, "state", r.String(), "1 chunks 10 bytes f[3]")
		})
	}
}

func TestK12AChunkLargerThanTheLimitPassesAlone(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		big := r.push(chunk(1, 25))
		next := r.start(t.Context(), chunk(2, 1))
		empty := r.start(t.Context(), chunk(3, 0))
		want(t, "the next waits", pending(next), true)
		want(t, "even an empty one waits", pending(empty), true)
		r.ack(big, false)
		wantErr(t, "next", <-next, nil)
		wantErr(t, "empty", <-empty, nil)
		again := r.start(t.Context(), chunk(4, 25))
		want(t, "a second big one waits", pending(again), true)
		r.ack(chunk(2, 1), false)
		synctest.Wait()
		want(t, "until nothing is in flight", pending(again), true)
		r.ack(chunk(3, 0), false)
		wantErr(t, "big", <-again, nil)
		want(t, "state", r.String(), "1 chunks 25 bytes f[4]")
	})
}

func TestK14SizesAreCheckedAndDoNotWrap(t *testing.T) {
	t.Run("negative size", func(t *testing.T) {
		bubble(t, 10, func(t *testing.T, r *rig) {
			for _, size := range []int64{-1, math.MinInt64} {
				if err := r.Push(t.Context(), chunk(1, size)); err == nil {
					t.Errorf("size %d was taken", size)
				}
			}
			want(t, "state", r.String(), nothing)
		})
	})
	t.Run("sum with a limit", func(t *testing.T) {
		bubble(t, math.MaxInt64, func(t *testing.T, r *rig) {
			r.push(chunk(1, 1))
			huge := r.start(t.Context(), chunk(2, math.MaxInt64))
			want(t, "throttled", pending(huge), true)
			r.ack(chunk(1, 1), false)
			wantErr(t, "huge", <-huge, nil)
			one := r.start(t.Context(), chunk(3, 1))
			want(t, "throttled", pending(one), true)
			r.ack(chunk(2, math.MaxInt64), false)
			wantErr(t, "one", <-one, nil)
		})
	})
	t.Run("sum without a limit", func(t *testing.T) {
		bubble(t, 0, func(t *testing.T, r *rig) {
			for range 5 {
				r.push(chunk(1, math.MaxInt64))
			}
			r.push(chunk(1, 3))
			for range 5 {
				_, bytes := r.InFlight()
				want(t, "bytes", bytes, math.MaxInt64)
				r.ack(chunk(1, math.MaxInt64), false)
			}
			want(t, "state", r.String(), "1 chunks 3 bytes f[1]")
		})
	})
}

func TestK15LimitZeroIsNoneAndANegativeLimitAnError(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		for i := range 100 {
			r.push(chunk(i, math.MaxInt64/2))
		}
		negative := pusher.NewParsequeuePusher(r.queue, nil, -1)
		for _, size := range []int64{0, 1} {
			if err := negative.Push(t.Context(), chunk(1, size)); err == nil {
				t.Error("no error with a negative limit")
			}
		}
		chunks, bytes := negative.InFlight()
		want(t, "in flight", chunks+bytes, 0)
	})
}

func TestK16ASmallPushDoesNotOvertakeABigOne(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.push(chunk(0, 6))
		big := r.start(t.Context(), chunk("big", 8))
		var small []<-chan error
		for i := range 1000 {
			small = append(small, r.start(t.Context(), chunk(i+1, 1)))
		}
		want(t, "state", r.String(), "1 chunks 6 bytes f[0]")
		r.ack(chunk(0, 6), false)
		synctest.Wait()
		want(t, "the big one first, then what fits", r.String(), "3 chunks 10 bytes f[1 2 big]")
		wantErr(t, "big", <-big, nil)
		r.ack(chunk("big", 8), false)
		for _, result := range small {
			synctest.Wait()
			wantErr(t, "small", <-result, nil)
			r.ack(chunk(nil, 1), false)
		}
		want(t, "state", r.String(), nothing+" f[]")
	})
}

func TestK16RoomForASmallPushDoesNotLetItOvertake(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.push(chunk(1, 6))
		r.push(chunk(2, 3))
		big, small := r.start(t.Context(), chunk("big", 8)), r.start(t.Context(), chunk("small", 1))
		r.ack(chunk(2, 3), false)
		synctest.Wait()
		want(t, "state", r.String(), "1 chunks 6 bytes f[1]")
		r.ack(chunk(1, 6), false)
		wantErr(t, "big", <-big, nil)
		wantErr(t, "small", <-small, nil)
	})
}

func TestK21TheQueuesErrorWakesThrottledPushes(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.push(chunk(1, 10))
		one, two := r.start(context.Background(), chunk(2, 1)), r.start(context.Background(), chunk(3, 10))
		r.failQueue(errSession)
		want(t, "waiting Push", <-one, errSession)
		want(t, "waiting Push", <-two, errSession)
		want(t, "new Push", r.Push(t.Context(), chunk(4, 1)), errSession)
		want(t, "state", r.String(), "1 chunks 10 bytes f[1]")
		r.ack(chunk(1, 10), false)
		want(t, "the line is empty", r.String(), nothing+" f[]")
	})
}

func TestK10PushAfterCloseAndWhileClosing(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.push(chunk(1, 10))
		waiting := r.start(t.Context(), chunk(2, 1))
		wantErr(t, "Close", r.queue.Close(), nil)
		want(t, "waiting Push", <-waiting, parsequeue.ErrClosed)
		want(t, "new Push", r.Push(t.Context(), chunk(3, 1)), parsequeue.ErrClosed)
		wantErr(t, "second Close", r.queue.Close(), nil)
		want(t, "state", r.String(), "1 chunks 10 bytes f[1]")
		r.ack(chunk(1, 10), false) // acks still count
	})
}

func TestK12OneAckAdmitsAllThatFit(t *testing.T) {
	bubble(t, 10, func(t *testing.T, r *rig) {
		r.push(chunk(0, 10))
		var waiting []<-chan error
		for i := range 4 {
			waiting = append(waiting, r.start(t.Context(), chunk(i+1, 3)))
		}
		r.ack(chunk(0, 10), false)
		synctest.Wait()
		want(t, "state", r.String(), "3 chunks 9 bytes f[1 2 3]")
		want(t, "the fourth waits", pending(waiting[3]), true)
		r.ack(chunk(1, 3), false)
		wantErr(t, "fourth", <-waiting[3], nil)
	})
}
