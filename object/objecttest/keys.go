package objecttest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/object"
)

// Keys are names that have been trouble somewhere: for URLs, XML, shells, SQL,
// logs or file systems. All of them can live side by side.
func Keys() []string {
	keys := []string{
		"caf\u00e9", "cafe\u0301", // one name for the eye, two for the store
		"with space", " leading", "trailing ", "a  b", "\u00a0nbsp",
		"a+b", "a%b", "a%2Bb", "a%25b", "a%2fb", "a&b=c", "a?b", "a#b", "a;b", "a:b@c", "a=b",
		"line\nfeed", "carriage\rreturn", "a\tb", "a\x01b", "a\x7fb", `back\slash`,
		`double"quote`, "single'quote", "back`tick", "$HOME", "${x}", "$(x)", "<a>&amp;</a>", "a|b", "a,b",
		"*", "a*b", "a[1].csv", "{a,b}", "a**", "!", "~", "~x", "-", "-rf", "--", ".hidden", "_under", "...",
		"\U0001F600", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "日本語", "\u202Eright-to-left", "\ufeffbom", "\u2028",
		"\xff\xfe", "a\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\ufffd", // the last is valid and means "was not"
		"case", "Case", "CASE", "straße", "STRASSE",
		"con", "nul.csv", "a.", "ObjectCreated:Put", "s3:TestEvent",
		strings.Repeat("n", 255), strings.Repeat("é", 127),
		strings.Repeat("d/", 100) + "deep",
		strings.Repeat(strings.Repeat("w", 100)+"/", 9) + "wide",
		"double//slash", "./dot", "../dotdot", "a/../b", "/lead", "marker/",
	}
	return keys
}

func testKeys(t *testing.T, h Harness) {
	want := map[string][]byte{}
	for i, name := range Keys() {
		key := h.Prefix + name
		if h.Holds != nil && !h.Holds(key) {
			continue
		}
		want[key] = pattern(10+i, 0)
		h.Put(t, key, want[key])
	}
	listed := h.list(t, h.Prefix)
	for key := range listed {
		if _, ok := want[key]; !ok {
			t.Errorf("%q is listed, but was not put", key)
		}
	}
	for key, content := range want {
		info, ok := listed[key]
		if !ok {
			t.Errorf("%q is not listed", key)
			continue
		}
		if stat, err := h.Bucket.Stat(t.Context(), key); err != nil || !same(stat, info) {
			t.Errorf("stat: %+v, %v; listed as %+v", stat, err, info)
		}
		got, err := h.read(t.Context(), info, 0, -1)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("read %q: %q, %v; want %q", key, got, err, content)
		}
		testKeyPattern(t, h, key)
	}
}

// testKeyPattern finds the key by its own name, as a user would ask for it.
func testKeyPattern(t *testing.T, h Harness, key string) {
	p, err := object.ParsePattern(object.QuotePattern(key))
	if err != nil {
		t.Errorf("pattern of %q: %v", key, err)
		return
	}
	if strings.HasSuffix(key, "/") {
		return // means all that is below
	}
	var found []string
	err = object.List(t.Context(), h.Bucket, p, func(page []object.Info) error {
		for _, info := range page {
			found = append(found, info.Key)
		}
		return nil
	})
	if err != nil || len(found) != 1 || found[0] != key {
		t.Errorf("list by the pattern of %q: %q, %v", key, found, err)
	}
}
