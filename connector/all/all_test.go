package all_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/connector/all"
)

// TestExtensionsNameFormats keeps the two maps of the register together.
func TestExtensionsNameFormats(t *testing.T) {
	r := all.Registry()
	for ext, format := range r.Extensions {
		if r.Formats[format] == nil {
			t.Errorf("extension %s stands for %s, which is no format", ext, format)
		}
	}
	for ext, format := range r.Shared {
		if r.Formats[format.Name()] == nil || r.Extensions[ext] != "" {
			t.Errorf("extension %s stands for %q, and for %q", ext, format.Name(), r.Extensions[ext])
		}
	}
	for name, open := range r.Targets {
		if open == nil {
			t.Errorf("target %s has no driver", name)
		}
	}
	for _, scheme := range []string{"file", "s3"} {
		if r.Buckets[scheme] == nil {
			t.Errorf("%s:// has no driver", scheme)
		}
	}
}
