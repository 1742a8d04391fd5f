package s3

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// pageSize is the most that S3 tells of in one answer.
const pageSize = 1000

// List implements [object.Bucket]: one LIST for each page of the store's. An
// empty page is followed by the next like any other (S-28).
func (b *Bucket) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	return b.list(ctx, prefix, "", page)
}

// directorySuffix ends the names of directory buckets (S3 Express).
const directorySuffix = "--x-s3"

// ListAfter implements [object.Ordered] with StartAfter. Directory buckets
// have no order. Other stores are taken by what they list (S-29): one that
// ignores StartAfter lists a key that does not come after it.
func (b *Bucket) ListAfter(ctx context.Context, prefix, after string, page func([]object.Info) error) error {
	if strings.HasSuffix(b.name, directorySuffix) {
		return listError(b, fmt.Errorf("%w: it is a directory bucket", object.ErrUnordered))
	}
	last := after
	return b.list(ctx, prefix, after, func(infos []object.Info) error {
		for _, info := range infos {
			if info.Key <= last {
				return listError(b, fmt.Errorf("%w: it lists %q after %q", object.ErrUnordered, info.Key, last))
			}
			last = info.Key
		}
		return page(infos)
	})
}

func (b *Bucket) list(ctx context.Context, prefix, after string, page func([]object.Info) error) error {
	infos := make([]object.Info, 0, pageSize)
	var token *string
	var loop loopGuard
	for {
		out, err := b.listPage(ctx, prefix, after, token)
		if err != nil {
			return err
		}
		if infos, err = appendInfos(infos[:0], prefix, out); err != nil {
			return listError(b, err)
		}
		for some := range slices.Chunk(infos, pageSize) {
			if err := page(some); err != nil {
				return err
			}
		}
		if !*out.IsTruncated {
			return ctx.Err()
		}
		token = out.NextContinuationToken
		if err := loop.check(aws.ToString(token)); err != nil {
			return listError(b, err)
		}
	}
}

func listError(b *Bucket, err error) error {
	return abstract.WithClass(abstract.Permanent, fmt.Errorf("list bucket %q: %w", b.name, err))
}

// listPage asks for one page, the first one if there is no token. The keys
// come URL-encoded, because XML cannot carry all of them (S-36).
func (b *Bucket) listPage(ctx context.Context, prefix, after string, token *string) (*s3.ListObjectsV2Output, error) {
	in := &s3.ListObjectsV2Input{
		Bucket: &b.name, ContinuationToken: token, EncodingType: types.EncodingTypeUrl,
		MaxKeys: aws.Int32(pageSize), RequestPayer: b.payer,
	}
	if prefix != "" {
		in.Prefix = &prefix
	}
	if after != "" && token == nil {
		in.StartAfter = &after
	}
	var out *s3.ListObjectsV2Output
	err := b.retry(ctx, request{doing: "list", key: prefix}, func() (err error) {
		out, err = b.client.ListObjectsV2(ctx, in)
		return err
	})
	if err == nil && out.IsTruncated == nil {
		err = listError(b, fmt.Errorf("the store does not say whether there is more"))
	}
	return out, err
}

// appendInfos adds what a page tells of. A key that cannot be read as it was
// written, or that was not asked for, means that the store encodes keys in a
// way of its own: taking it for another key would lose an object.
func appendInfos(infos []object.Info, prefix string, out *s3.ListObjectsV2Output) ([]object.Info, error) {
	for _, o := range out.Contents {
		key, err := aws.ToString(o.Key), error(nil)
		if out.EncodingType == types.EncodingTypeUrl {
			key, err = url.QueryUnescape(key)
		}
		if err != nil || !strings.HasPrefix(key, prefix) {
			return nil, fmt.Errorf("the store lists %q under the prefix %q", aws.ToString(o.Key), prefix)
		}
		size := aws.ToInt64(o.Size)
		if size < 0 {
			return nil, fmt.Errorf("the store says that %q has %d bytes", key, size)
		}
		infos = append(infos, object.Info{
			Key: key, Size: size, Generation: Generation(aws.ToString(o.ETag), size), ModTime: aws.ToTime(o.LastModified),
		})
	}
	return infos, nil
}

// loopGuard notices that a listing goes round in a circle (S-30), however
// long, while it keeps one token: of pages 1, 2, 4, 8 and so on.
type loopGuard struct {
	kept        string
	pages, next int
}

// check takes the token of the next page.
func (g *loopGuard) check(token string) error {
	if token == "" {
		return fmt.Errorf("the store says that there is more, but not how to get it")
	}
	if token == g.kept {
		return fmt.Errorf("the store gives out pages that it has given out before: its listing does not end")
	}
	if g.pages++; g.pages > g.next {
		g.kept, g.next = token, 2*g.pages
	}
	return nil
}
