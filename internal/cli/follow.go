package cli

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/internal/ops"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// runFollow loads what is there and what arrives, until the process is told to
// stop.
func (a *app) runFollow(ctx context.Context, f *loadFlags, src *opened, from *arrivals, t target.Target) error {
	logger := from.logger
	d := newLogged(logger)
	cfg := a.transferConfig(f, from, t)
	var then afterwards
	then, cfg.Source = actAfter(ctx, f, src, cfg.Source, func(id abstract.ObjectID, err error) {
		logger.Warn("loaded, but not "+f.after.Done(), "file", id, "error", err)
	})
	// Half of the rows' memory is for what is read, half for what was read.
	cfg.Limits = f.limit.limits(int64(f.memory) / 4)
	cfg.Follow = f.follow.commit
	cfg.Follow.Queued = int64(f.memory) / 4
	cfg.Committed = func(p ledger.Progress) { d.Committed(p) }
	cfg.FileEnded = d.Ended
	cfg.Logger = logger
	loader, err := transfer.New(cfg)
	if err != nil {
		return err
	}
	if f.follow.http != "" {
		server, err := ops.Serve(f.follow.http, ops.Handler(loader, from.watched(), then.metrics()...))
		if err != nil {
			return err
		}
		defer func() { _ = server.Close() }() // nothing depends on its last answers
		logger.Info("serving /metrics, /healthz and /readyz", "address", server.Addr())
	}
	unwatch := context.AfterFunc(ctx, func() {
		logger.Info("stopping: committing what was read; another signal ends at once, which is as safe")
	})
	defer unwatch()
	logger.Info("following", "to", connector.Shown(f.to), "table", f.table, "pipeline", f.pipeline)
	result, followErr := loader.Follow(ctx)
	then.close() // it tells the queue what may go
	followErr = errors.Join(followErr, from.close())
	logger.Info("stopped", "files_loaded", result.FilesLoaded, "files_failed", result.FilesFailed, "rows_loaded", result.RowsLoaded,
		"rows_rejected", result.RowsRejected)
	if f.json {
		if err := a.printResult(f, true, result, then, src.cost()); err != nil {
			return errors.Join(followErr, err)
		}
	}
	if errors.Is(followErr, context.Canceled) {
		return &codedError{exitInterrupted, errSaid}
	}
	return followErr
}
