package s3

import (
	"net/http/httptest"
	"testing"

	"github.com/seed-ede61cd5/sluice/object/objecttest"
)

func TestConformance(t *testing.T) {
	setEnvironment(t)
	objecttest.Run(t, func(t *testing.T) objecttest.Harness {
		d := newDouble()
		server := httptest.NewServer(d)
		t.Cleanup(server.Close)
		return objecttest.Harness{
			Bucket: open(t, Options{Endpoint: server.URL}), Put: d.put, Delete: d.delete, HalfMove: d.halfMove, Tags: d.tagsAt,
		}
	})
}
