package ops

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/source/sqs"
	"github.com/seed-ede61cd5/sluice/transfer"
)

type engine struct {
	stats transfer.Stats
	flow  transfer.Flow
}

func (e *engine) Stats() transfer.Stats { return e.stats }
func (e *engine) Flow() transfer.Flow   { return e.flow }

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestMetrics(t *testing.T) {
	e := &engine{
		stats: transfer.Stats{FilesLoaded: 7, FilesFailed: 1, RowsLoaded: 1234, BytesRead: 99},
		flow: transfer.Flow{InFlight: 5, InFlightLimit: 64, Throttled: 1500 * time.Millisecond, Oldest: time.Minute, Ready: true,
			Failures: map[abstract.Class]int64{abstract.FileOnly: 3, abstract.Transient: 0}},
	}
	code, text := get(t, Handler(e, nil), "/metrics")
	if code != http.StatusOK {
		t.Fatalf("code %d: %s", code, text)
	}
	for _, line := range []string{
		"sluice_files_loaded_total 7", "sluice_files_failed_total 1", "sluice_rows_loaded_total 1234", "sluice_read_bytes 99",
		"sluice_in_flight_bytes 5", "sluice_in_flight_limit_bytes 64", "sluice_throttled_seconds_total 1.5",
		"sluice_oldest_pending_seconds 60", "sluice_ready 1", `sluice_failures_total{class="this file only"} 3`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// queue has a number of its own for each counter.
type queue struct{}

func (queue) Stats() sqs.Stats {
	return sqs.Stats{Received: 1, Duplicates: 2, TestEvents: 3, Skipped: 4, Superseded: 5, Poison: 6, Foreign: 7, Deleted: 8, Released: 9,
		Extended: 10, Stale: 11, Failures: 12, Held: 13, Oldest: 14500 * time.Millisecond}
}

func TestQueueMetrics(t *testing.T) {
	_, text := get(t, Handler(&engine{}, queue{}), "/metrics")
	for i, name := range []string{"received_total", "duplicates_total", "test_events_total", "skipped_total", "superseded_total", "not_understood_total",
		"foreign_total", "deleted_total", "given_back_total", "extended_total", "stale_total", "failures_total", "held_messages"} {
		if line := fmt.Sprintf("\nsluice_queue_%s %d\n", name, i+1); !strings.Contains(text, line) {
			t.Errorf("no line %q", line)
		}
	}
	if !strings.Contains(text, "\nsluice_queue_oldest_held_seconds 14.5\n") || !strings.Contains(text, "\nsluice_ready 0\n") {
		t.Error(text)
	}
	if _, text := get(t, Handler(&engine{}, nil), "/metrics"); strings.Contains(text, "sluice_queue_") {
		t.Error("there are numbers of a queue without one")
	}
}

func TestHealth(t *testing.T) {
	for _, c := range []struct {
		name           string
		flow           transfer.Flow
		healthy, ready bool
	}{
		{"before the beginning", transfer.Flow{}, true, false},
		{"nothing to do", transfer.Flow{Ready: true, Idle: time.Hour}, true, true},
		{"at work", transfer.Flow{Ready: true, Active: 3, Idle: time.Second}, true, true},
		{"the target is down", transfer.Flow{Pending: 9, Waiting: 9, Idle: time.Second}, true, false},
		{"stuck", transfer.Flow{Ready: true, Active: 1, Idle: stuckAfter + time.Second}, false, true},
	} {
		h := Handler(&engine{flow: c.flow}, nil)
		health, text := get(t, h, "/healthz")
		ready, _ := get(t, h, "/readyz")
		if (health == http.StatusOK) != c.healthy || (ready == http.StatusOK) != c.ready {
			t.Errorf("%s: health %d (%s), ready %d", c.name, health, text, ready)
		}
	}
	if code, _ := get(t, Handler(&engine{}, nil), "/debug/pprof/"); code != http.StatusNotFound {
		t.Errorf("pprof answers %d", code)
	}
}

// TestServeIsLocal: without a host, only this machine can connect.
func TestServeIsLocal(t *testing.T) {
	s, err := Serve(":0", Handler(&engine{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.Addr(), "127.0.0.1:") {
		t.Errorf("it listens on %s", s.Addr())
	}
	response, err := http.Get("http://" + s.Addr() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if string(body) != "ok\n" {
		t.Errorf("it says %q", body)
	}
	if _, err := Serve(s.Addr(), Handler(&engine{}, nil)); err == nil {
		t.Error("the same address is served twice")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
