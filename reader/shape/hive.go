package shape

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
)

// hiveNull is how Hive writes a partition without a value.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// partitions is the columns that the folders of a path have, as Hive and Spark
// lay out tables: year=2024/month=5/file.csv. What is percent-encoded is decoded;
// a % that begins no code stays.
func partitions(key string) ([]extra, error) {
	folders := strings.Split(key, "/")
	var list []extra
	seen := map[string]bool{}
	for _, folder := range folders[:len(folders)-1] {
		name, value, ok := strings.Cut(folder, "=")
		if !ok || name == "" {
			continue
		}
		name, value = unescape(name), unescape(value)
		switch {
		case !utf8.ValidString(name) || strings.IndexByte(name, 0) >= 0:
			return nil, reader.FileOnly("its path has the column %s, which is no name: load it without --hive", reader.Quote([]byte(name)))
		case seen[reader.FoldName(name)]:
			return nil, reader.FileOnly("its path has the column %s twice: load it without --hive", reader.Quote([]byte(name)))
		}
		seen[reader.FoldName(name)] = true
		e := extra{name: name, value: value, null: value == "" || value == hiveNull, from: "its path", remedy: "leave out the file's with --exclude"}
		if e.null {
			e.evidence.ObserveNull()
		} else {
			e.evidence.Observe([]byte(value))
		}
		list = append(list, e)
	}
	return list, nil
}

// unescape decodes what is percent-encoded, as far as it is.
func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+3 <= len(text) {
			if c, err := url.PathUnescape(text[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
