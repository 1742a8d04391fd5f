package sqs_test

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
	"github.com/seed-ede61cd5/sluice/source/sqs"
	"github.com/seed-ede61cd5/sluice/source/sqs/sqstest"
)

// TestConformance follows a double. What was delivered and not answered is back
// in the queue at the end: nothing is held for ever.
func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, run func(*testing.T, sourcetest.Harness)) {
		synctest.Test(t, func(t *testing.T) {
			q, st := sqstest.New(), &store{objects: map[string]object.Info{}}
			q.MaxReceives = 20
			s := sqs.New(q, sqs.Config{
				Queue: "https://sqs.us-east-1.amazonaws.com/000000000000/q", Places: place(t, st),
				Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
			})
			run(t, sourcetest.Harness{
				Source: s, Follows: true,
				Put: func(_ *testing.T, n int) string {
					key := fmt.Sprintf("in/%04d.csv", n)
					st.put(key, "e", 5)
					q.Send(message(event("ObjectCreated:Put", "b", key, "e", 5)))
					return key
				},
			})
			wait(time.Minute)
			if held := s.Stats().Held; held != 0 && t.Name() != "TestConformance/cancel" { // which answers nothing
				t.Errorf("%d messages are held although Pages has ended and all that was taken is answered", held)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if held := s.Stats().Held; held != 0 {
				t.Errorf("%d messages are held after the end", held)
			}
		})
	})
}
