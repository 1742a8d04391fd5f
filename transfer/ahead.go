package transfer

import (
	"context"
	"sync"
)

// filesAhead is how many small files are fetched ahead of the workers, which
// would mostly wait for the store if they fetched them one by one. They take
// 2 MiB at most.
const filesAhead = 32

// fetchAhead passes jobs on to ready, in their order, and begins to fetch the
// small files among them. It closes ready after the last one; if it fails it
// does not, see [load.feed].
func (l *load) fetchAhead(ctx context.Context, jobs <-chan *job, ready chan<- *job) error {
	var fetching sync.WaitGroup
	defer fetching.Wait()
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
			fetching.Go(whole.ahead(ctx, j.file.Info))
		}
		select {
		case ready <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
