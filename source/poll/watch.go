package poll

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

const (
	// mostFolders is how many folders are watched; a system allows some ten
	// thousand to all its programs.
	mostFolders = 4096
	// gather is how long to wait for more after something changed: files come
	// in swarms, and a listing finds them all.
	gather = 100 * time.Millisecond
)

// watcher waits for the next listing. Without folders, or where the system
// will not watch them, it only waits for the time to pass.
type watcher struct {
	logger *slog.Logger
	events *fsnotify.Watcher // nil if there are none
	places []source.Location
	full   bool // more folders than are watched, which was said
}

func newWatcher(config Config) *watcher {
	w := &watcher{logger: config.Logger, places: config.Watch}
	if len(w.places) == 0 {
		return w
	}
	events, err := fsnotify.NewWatcher()
	if err != nil {
		w.logger.Warn("folders cannot be watched, so files are found by the next listing", "error", err)
		return w
	}
	w.events = events
	return w
}

func (w *watcher) close() {
	if w.events != nil {
		_ = w.events.Close() // it only ends what it started
	}
}

// refresh watches the folders that are there now.
func (w *watcher) refresh() {
	if w.events == nil {
		return
	}
	for _, l := range w.places {
		root, below := l.Key, l.Pattern
		if _, literal := l.Pattern.Key(); literal {
			if info, err := os.Stat(root); err != nil || !info.IsDir() {
				w.add(path.Dir(root)) // of a file, or of what may come to be one
				continue
			}
			below, _ = object.ParsePattern(l.Pattern.String() + "/")
		} else {
			root = path.Dir(l.Pattern.Prefix() + "x")
		}
		w.walk(root, below)
	}
}

// walk watches root and what is below it, as far as the pattern goes.
func (w *watcher) walk(root string, below object.Pattern) {
	_ = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil // what cannot be read, the listing reports
		case name != root && !below.MayMatchBelow(filepath.ToSlash(name)):
			return fs.SkipDir
		case !w.add(name):
			return fs.SkipAll
		}
		return nil
	})
}

// add watches a folder, if it is not one too many.
func (w *watcher) add(dir string) bool {
	if len(w.events.WatchList()) < mostFolders {
		err := w.events.Add(dir) // does nothing for one that is watched
		if err == nil || os.IsNotExist(err) {
			return true
		}
	}
	if !w.full {
		w.full = true
		w.logger.Warn("not all folders can be watched: files in the others are found by the next listing", "the first of them", dir)
	}
	return false
}

// wait waits for that time, or for a change in a watched folder. Where files
// keep changing, a listing takes at most half of the time: took is how long
// the last one was.
func (w *watcher) wait(ctx context.Context, d, took time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	if w.events == nil {
		return pause(ctx, timer)
	}
	for {
		select {
		case event, ok := <-w.events.Events:
			if !ok {
				w.events = nil
				return pause(ctx, timer)
			}
			if event.Op == fsnotify.Chmod {
				continue
			}
			soon := time.NewTimer(min(d, max(gather, took)))
			defer soon.Stop()
			return w.drain(ctx, soon)
		case <-w.events.Errors: // an overflow: something has changed
			return nil
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// drain takes events until the timer fires, so that what they tell of does not
// wake the next wait.
func (w *watcher) drain(ctx context.Context, timer *time.Timer) error {
	for {
		select {
		case <-w.events.Events:
		case <-w.events.Errors:
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pause waits for a timer.
func pause(ctx context.Context, timer *time.Timer) error {
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
