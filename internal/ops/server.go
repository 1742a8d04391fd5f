package ops

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// stuckAfter is how long nothing may move while files are on their way before
// the engine counts as stuck: longer than any one statement of a target lasts.
const stuckAfter = 5 * time.Minute

// Handler serves the pages of one engine, and of the queue that it follows, nil
// if there is none; with more metrics than their own.
func Handler(e Engine, q Queue, more ...prometheus.Collector) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(newCollector(e), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(more...)
	if q != nil {
		registry.MustRegister(&queueCollector{q, queueMetrics()})
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if flow := e.Flow(); flow.Active > 0 && flow.Idle > stuckAfter {
			http.Error(w, fmt.Sprintf("stuck: %d files are on their way, and nothing has moved for %v", flow.Active, flow.Idle.Round(time.Second)),
				http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !e.Flow().Ready {
			http.Error(w, "not ready: there is no table yet, or the target does not take rows", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}

// Server serves a handler until it is closed.
type Server struct {
	http   *http.Server
	listen net.Listener
	ended  chan error
}

// Serve listens on an address such as 127.0.0.1:9090. Without a host that is
// the loopback interface: who wants others to see must say so.
func Serve(address string, handler http.Handler) (*Server, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("serve metrics on %q: %w", address, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	listen, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("serve metrics on %q: %w", address, err)
	}
	s := &Server{
		http:   &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10},
		listen: listen, ended: make(chan error, 1),
	}
	go func() { s.ended <- s.http.Serve(listen) }()
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listen.Addr().String() }

// Close ends the server at once, and waits for that.
func (s *Server) Close() error {
	err := s.http.Close()
	if ended := <-s.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
