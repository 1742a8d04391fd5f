package accesslog

import (
	"runtime"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// FuzzSampleThenRead: whatever format and lines are, the rows do not depend on
// how the file is cut into blocks, what the sample calls bad is bad, and memory
// is bounded by the file.
func FuzzSampleThenRead(f *testing.F) {
	for _, format := range []string{"", "common", nginxMain, `"$a" $upstream_b [$time_local]`, `%{%Y}t%%%!200{X}i`, "%h"} {
		f.Add(format, []byte("h - - [10/Oct/2000:13:55:36 -0700] \"GET /\\x41 HTTP/1.0\" 200 1 \"-\" \"\"\n\nx\n"), byte(1))
		f.Add(format, []byte("\"\\\\\\\"\" a : b [01/Jan/2024:00:00:00 +0000]\r\n\xff\n\x00"), byte(9))
	}
	f.Fuzz(func(t *testing.T, format string, data []byte, size byte) {
		if len(data) > 4096 || len(format) > 256 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, hints := inMemory(string(data)), reader.Hints{AccessFormat: format}
		s, err := New().Sample(t.Context(), file, hints)
		if err != nil {
			if _, bad := compile(format); bad == nil && abstract.ClassOf(err) != abstract.FileOnly {
				t.Fatalf("%q, %q: %v (%v)", format, data, err, abstract.ClassOf(err))
			}
			return
		}
		req := reader.Request{File: file, Dialect: s.Dialect, Schema: natural(t, format), OnBadRow: reader.SkipRow,
			Limits: reader.NewLimits(1<<20, 2), BatchBytes: int64(size)}
		got, err := readertest.Read(t.Context(), t, New(), req, nil)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+64*uint64(len(data)) {
			t.Errorf("%q, %q: %d bytes allocated", format, data, used)
		}
		if err != nil || got.Records() != int64(s.Records) || len(s.Notes) > 0 && got.Rejected == 0 {
			t.Fatalf("%q, %q: %d records, %d rejected, %v; sample %d, %q", format, data, got.Records(), got.Rejected, err, s.Records, s.Notes)
		}
		req.BatchBytes = 0
		whole, err := readertest.Read(t.Context(), t, New(), req, nil)
		if diff := readertest.Diff(got.Rows, whole.Rows); diff != "" || err != nil || whole.Rejected != got.Rejected {
			t.Errorf("%q, %q in blocks of %d bytes: %s, %v", format, data, size, diff, err)
		}
	})
}
