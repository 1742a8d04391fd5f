package s3

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/encoding/httpbinding"
	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

const (
	// copyPart is how many bytes one request copies: as few as a store, which
	// keeps silent meanwhile, does within the idle timeout. AWS allows 5 GiB.
	copyPart = 256 << 20
	// mostParts is how many parts AWS lets an upload have.
	mostParts = 10_000
	// copiers is how many parts of an object are copied at the same time.
	copiers = 4
	// abortTime is how long giving up an upload may take.
	abortTime = 10 * time.Second
	// copyOf is the metadata of a copy that tells the generation of its
	// original: its own ETag may be another, as it may have other parts.
	copyOf = "sluice-copy-of"
)

// copyTo copies an object, unless that was done before.
func (b *Bucket) copyTo(ctx context.Context, id abstract.ObjectID, from *s3.HeadObjectOutput, key string) error {
	done, err := b.isCopy(ctx, id, key)
	if done || err != nil {
		return err
	}
	if aws.ToInt64(from.ContentLength) > b.copyPart {
		return b.copyParts(ctx, id, from, key)
	}
	in := &s3.CopyObjectInput{
		Bucket: &b.name, Key: &key, CopySource: b.copySource(id.Key), CopySourceIfMatch: aws.String(etagOf(id.Generation)),
		MetadataDirective: types.MetadataDirectiveReplace, Metadata: copyMetadata(id, from), ContentType: from.ContentType,
		CacheControl: from.CacheControl, ContentDisposition: from.ContentDisposition, ContentEncoding: from.ContentEncoding,
		ContentLanguage: from.ContentLanguage, Expires: expires(from), StorageClass: from.StorageClass, RequestPayer: b.payer,
	}
	in.ServerSideEncryption, in.SSEKMSKeyId, in.BucketKeyEnabled = encryption(from)
	return b.retry(ctx, request{doing: "copy", key: id.Key}, func() error {
		_, err := b.client.CopyObject(ctx, in)
		return b.reconsider(ctx, id, err)
	})
}

// isCopy tells whether what has the key is a copy of the object. It fails if it
// is anything else.
func (b *Bucket) isCopy(ctx context.Context, id abstract.ObjectID, key string) (bool, error) {
	var there *s3.HeadObjectOutput
	err := b.retry(ctx, request{doing: "stat", key: key}, func() (err error) {
		in := &s3.HeadObjectInput{Bucket: &b.name, Key: &key, RequestPayer: b.payer}
		if there, err = b.client.HeadObject(ctx, in); isMute(err) {
			err = b.unmute(ctx, in, err)
		}
		return err
	})
	switch {
	case abstract.ClassOf(err) == abstract.NotFound:
		return false, nil
	case err != nil:
		return false, err
	case there.Metadata[copyOf] == id.Generation, Generation(aws.ToString(there.ETag), aws.ToInt64(there.ContentLength)) == id.Generation:
		return true, nil
	}
	return false, abstract.WithClass(abstract.FileOnly, fmt.Errorf("move %q: as %q: %w", id.Key, key, object.ErrExists))
}

// copyParts copies an object part by part. What a process that is killed leaves
// behind is an unfinished upload, which no listing shows.
func (b *Bucket) copyParts(ctx context.Context, id abstract.ObjectID, from *s3.HeadObjectOutput, key string) (err error) {
	upload, err := b.beginCopy(ctx, id, from, key)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			b.abort(ctx, key, upload)
		}
	}()
	parts, err := b.copyEach(ctx, id, aws.ToInt64(from.ContentLength), key, upload)
	if err != nil {
		return err
	}
	err = b.retry(ctx, request{doing: "copy", key: id.Key}, func() error {
		_, err := b.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &b.name, Key: &key, UploadId: upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}, RequestPayer: b.payer,
		})
		return err
	})
	if err != nil { // the upload is unknown if the answer to an earlier try was lost
		if done, lookErr := b.isCopy(ctx, id, key); done && lookErr == nil {
			return nil
		}
	}
	return err
}

func (b *Bucket) beginCopy(ctx context.Context, id abstract.ObjectID, from *s3.HeadObjectOutput, key string) (upload *string, err error) {
	in := &s3.CreateMultipartUploadInput{
		Bucket: &b.name, Key: &key, Metadata: copyMetadata(id, from), ContentType: from.ContentType,
		CacheControl: from.CacheControl, ContentDisposition: from.ContentDisposition, ContentEncoding: from.ContentEncoding,
		ContentLanguage: from.ContentLanguage, Expires: expires(from), StorageClass: from.StorageClass, RequestPayer: b.payer,
	}
	in.ServerSideEncryption, in.SSEKMSKeyId, in.BucketKeyEnabled = encryption(from)
	if aws.ToInt32(from.TagCount) > 0 {
		tags, err := b.tags(ctx, id.Key)
		if err != nil {
			return nil, err
		}
		set := url.Values{}
		for _, t := range tags {
			set.Set(aws.ToString(t.Key), aws.ToString(t.Value))
		}
		in.Tagging = aws.String(set.Encode())
	}
	err = b.retry(ctx, request{doing: "copy", key: id.Key}, func() error {
		out, err := b.client.CreateMultipartUpload(ctx, in)
		if err == nil {
			upload = out.UploadId
		}
		return err
	})
	return upload, err
}

// copyEach copies the parts, each only if the object still is the generation.
func (b *Bucket) copyEach(ctx context.Context, id abstract.ObjectID, size int64, key string, upload *string) ([]types.CompletedPart, error) {
	length := max(b.copyPart, (size+mostParts-1)/mostParts)
	parts := make([]types.CompletedPart, (size+length-1)/length)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(copiers)
	for i := range parts {
		group.Go(func() error {
			from := int64(i) * length
			in := &s3.UploadPartCopyInput{
				Bucket: &b.name, Key: &key, UploadId: upload, PartNumber: aws.Int32(int32(i + 1)), RequestPayer: b.payer,
				CopySource: b.copySource(id.Key), CopySourceIfMatch: aws.String(etagOf(id.Generation)),
				CopySourceRange: aws.String(fmt.Sprintf("bytes=%d-%d", from, min(from+length, size)-1)),
			}
			return b.retry(ctx, request{doing: "copy", key: id.Key}, func() error {
				out, err := b.client.UploadPartCopy(ctx, in)
				if err == nil {
					parts[i] = types.CompletedPart{ETag: out.CopyPartResult.ETag, PartNumber: in.PartNumber}
				}
				return b.reconsider(ctx, id, err)
			})
		})
	}
	return parts, group.Wait()
}

// abort gives up an upload, also after the end of ctx. Should that fail, the
// bucket's rule for unfinished uploads is left to do it.
func (b *Bucket) abort(ctx context.Context, key string, upload *string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	_, _ = b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.name, Key: &key, UploadId: upload, RequestPayer: b.payer})
}

// copySource names an object as a header does.
func (b *Bucket) copySource(key string) *string {
	return aws.String(b.name + "/" + httpbinding.EscapePath(key, false))
}

func copyMetadata(id abstract.ObjectID, from *s3.HeadObjectOutput) map[string]string {
	m := maps.Clone(from.Metadata)
	if m == nil {
		m = map[string]string{}
	}
	m[copyOf] = id.Generation
	return m
}

// encryption is the object's own, where it is by a key of KMS: else a copy gets
// what the bucket says.
func encryption(from *s3.HeadObjectOutput) (types.ServerSideEncryption, *string, *bool) {
	if from.SSEKMSKeyId == nil {
		return "", nil, nil
	}
	return from.ServerSideEncryption, from.SSEKMSKeyId, from.BucketKeyEnabled
}

// expires is the header of that name, if it is a time.
func expires(from *s3.HeadObjectOutput) *time.Time {
	t, err := http.ParseTime(aws.ToString(from.ExpiresString))
	if err != nil {
		return nil
	}
	return &t
}
