package awsclient

import (
	"strconv"
	"strings"
)

// Generation is the generation of an S3 object with that ETag, with or without
// its quotes, and that size: the same from a listing, an answer and an event.
func Generation(etag string, size int64) string {
	return strings.Trim(etag, `"`) + ":" + strconv.FormatInt(size, 10)
}
