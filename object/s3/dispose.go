package s3

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/object"
)

var (
	_ object.Disposer = (*Bucket)(nil)
	_ object.Tagger   = (*Bucket)(nil)
)

// Remove implements [object.Disposer] with a DELETE that carries If-Match. A
// store that ignores it, or does not know it, has the gap between the HEAD
// before each DELETE and that. In a versioned bucket the object gets a delete
// marker; its versions stay.
func (b *Bucket) Remove(ctx context.Context, id abstract.ObjectID) error {
	return ignoreMissing(b.remove(ctx, id))
}

func (b *Bucket) remove(ctx context.Context, id abstract.ObjectID) error {
	return b.retry(ctx, request{doing: "delete", key: id.Key}, func() error {
		if _, err := b.look(ctx, id); err != nil {
			return err
		}
		in := &s3.DeleteObjectInput{Bucket: &b.name, Key: &id.Key, IfMatch: aws.String(etagOf(id.Generation)), RequestPayer: b.payer}
		_, err := b.client.DeleteObject(ctx, in)
		if awsclient.CodeOf(err) == "NotImplemented" {
			in.IfMatch = nil
			_, err = b.client.DeleteObject(ctx, in)
		}
		return b.reconsider(ctx, id, err)
	})
}

// Move implements [object.Disposer] by a copy and a [Bucket.Remove]. The copy is
// of exactly the generation. It bears the generation in its metadata, so that
// it is known for what it is if the move has to be repeated.
func (b *Bucket) Move(ctx context.Context, id abstract.ObjectID, key string) error {
	var from *s3.HeadObjectOutput
	err := b.retry(ctx, request{doing: "move", key: id.Key}, func() (err error) {
		from, err = b.look(ctx, id)
		return err
	})
	if err == nil {
		err = b.copyTo(ctx, id, from, key)
	}
	if err == nil {
		err = b.remove(ctx, id)
	}
	return ignoreMissing(err)
}

// mostTags is how many tags S3 lets an object have.
const mostTags = 10

// Tag implements [object.Tagger]. S3 takes a whole set of tags, on no
// condition: what is written, or tagged, between the look before and that
// is the gap.
func (b *Bucket) Tag(ctx context.Context, id abstract.ObjectID, key, value string) error {
	tags, err := b.tags(ctx, id.Key)
	if err != nil {
		return ignoreMissing(err)
	}
	tags, has := withTag(tags, key, value)
	if has {
		return nil
	}
	if len(tags) > mostTags {
		return abstract.WithClass(abstract.FileOnly, fmt.Errorf("tag %q: it has %d tags already, which is all that S3 allows", id.Key, mostTags))
	}
	return ignoreMissing(b.retry(ctx, request{doing: "tag", key: id.Key}, func() error {
		if _, err := b.look(ctx, id); err != nil {
			return err
		}
		_, err := b.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
			Bucket: &b.name, Key: &id.Key, Tagging: &types.Tagging{TagSet: tags}, RequestPayer: b.payer,
		})
		return err
	}))
}

// tags are those of whatever generation the object is.
func (b *Bucket) tags(ctx context.Context, key string) (tags []types.Tag, err error) {
	err = b.retry(ctx, request{doing: "read the tags of", key: key}, func() error {
		out, err := b.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &b.name, Key: &key, RequestPayer: b.payer})
		if err == nil {
			tags = out.TagSet
		}
		return err
	})
	return tags, err
}

// withTag adds a tag, and tells whether it was there.
func withTag(tags []types.Tag, key, value string) (_ []types.Tag, has bool) {
	for i, t := range tags {
		if aws.ToString(t.Key) == key {
			has = aws.ToString(t.Value) == value
			tags[i].Value = &value
			return tags, has
		}
	}
	return append(tags, types.Tag{Key: &key, Value: &value}), false
}

// look asks once whether the object still is that generation.
func (b *Bucket) look(ctx context.Context, id abstract.ObjectID) (*s3.HeadObjectOutput, error) {
	in := &s3.HeadObjectInput{Bucket: &b.name, Key: &id.Key, RequestPayer: b.payer}
	out, err := b.client.HeadObject(ctx, in)
	if isMute(err) {
		err = b.unmute(ctx, in, err)
	}
	if err != nil {
		return nil, err
	}
	if now := Generation(aws.ToString(out.ETag), aws.ToInt64(out.ContentLength)); now != id.Generation {
		return nil, fmt.Errorf("%w: generation %s, was %s", object.ErrChanged, now, id.Generation)
	}
	return out, nil
}

// reconsider looks again after an answer that a condition does not hold: the
// object may have changed, or an earlier request whose answer was lost has
// done what was asked for.
func (b *Bucket) reconsider(ctx context.Context, id abstract.ObjectID, err error) error {
	if awsclient.StatusOf(err) != http.StatusPreconditionFailed {
		return err
	}
	if _, now := b.look(ctx, id); now != nil {
		return now
	}
	return err
}

// ignoreMissing takes an object that is gone for one that is disposed of.
func ignoreMissing(err error) error {
	if abstract.ClassOf(err) == abstract.NotFound {
		return nil
	}
	return err
}
