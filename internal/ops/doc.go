// Package ops shows a load that goes on and on to those who watch over it:
// /metrics in Prometheus' format, /healthz, which fails when the engine is
// stuck, and /readyz, which fails while it cannot load. Nothing that is served
// names a file, and nothing can be changed.
package ops
