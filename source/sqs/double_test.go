package sqs_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/source/sqs/sqstest"
)

// TestDouble holds the double to what a real server does.
func TestDouble(t *testing.T) {
	sqstest.Run(t, func(t *testing.T) sqstest.Harness {
		q := sqstest.New()
		q.MaxReceives = 3
		return sqstest.Harness{
			API: q, URL: "https://sqs.x/1/q",
			Send: func(_ *testing.T, body string) { q.Send(body) },
			Dead: func(*testing.T) int { return len(q.Dead()) },
		}
	})
}
