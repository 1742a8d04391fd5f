package transfer

import (
	"context"
	"sync"
)

const (
	// filesAhead is how many small files are fetched ahead of the workers, which
	// would mostly wait for the store if they fetched them one by one. They take
	// 2 MiB at most.
	filesAhead = 32
	// fetchers is how many of them are fetched at the same time. Goroutines that
	// last fetch them: the stack of a request is deep, and to grow it anew for
	// each file took a fifth of the CPU time.
	fetchers = 16
)

// fetchAhead passes jobs on to ready, in their order, and begins to fetch the
// small files among them. It closes ready after the last one; if it fails it
// does not, see [load.feed].
func (l *load) fetchAhead(ctx context.Context, jobs <-chan *job, ready chan<- *job) error {
	var fetching sync.WaitGroup
	defer fetching.Wait()
	fetches := make(chan func(), filesAhead)
	defer close(fetches)
	for range fetchers {
		fetching.Go(func() {
			for fetch := range fetches {
				fetch()
			}
		})
	}
	for {
		j, ok, err := receive(ctx, jobs, 0)
		if err != nil {
			return err
		}
		if !ok {
			close(ready)
			return nil
		}
		if whole := j.gather(); whole != nil {
			select {
			case fetches <- whole.ahead(ctx, j.file.Info):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case ready <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
