package jsondoc

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestResumeBeforeBadRecord: what is read again after a bad record failed the
// file is that record, not what divides it from the one before.
func TestResumeBeforeBadRecord(t *testing.T) {
	for _, data := range []string{`[{"a":1} , {"a":2},{"a":"x"},{"a":4}]`, `{"a":1}{"a":2} {"a":"x"}`} {
		req := request(data, "", "a=int64")
		got, err := readertest.Read(t.Context(), t, New(), req, nil)
		if err == nil || len(got.Stops) == 0 || len(got.Rows) != 2 {
			t.Fatalf("%s: %+v, %v", data, got, err)
		}
		req.Offset, req.Records = got.Stops[len(got.Stops)-1].Offset, 2
		if rest, again := readertest.Read(t.Context(), t, New(), req, nil); again == nil || again.Error() != err.Error() || len(rest.Rows) > 0 {
			t.Errorf("%s: %v, then %v", data, err, again)
		}
	}
}
