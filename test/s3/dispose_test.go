package s3

import (
	"bytes"
	"io"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/s3"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

func read(t *testing.T, s *s3server.Server, bucket, key string) []byte {
	t.Helper()
	out, err := s.Client.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	content, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// upload puts an object in one part of an upload, so that its ETag is not what
// a PUT would make it.
func upload(t *testing.T, s *s3server.Server, bucket, key string, content []byte, metadata map[string]string) {
	t.Helper()
	ctx := t.Context()
	begun, err := s.Client.CreateMultipartUpload(ctx, &sdk.CreateMultipartUploadInput{Bucket: &bucket, Key: &key, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	part, err := s.Client.UploadPart(ctx, &sdk.UploadPartInput{
		Bucket: &bucket, Key: &key, UploadId: begun.UploadId, PartNumber: aws.Int32(1), Body: bytes.NewReader(content),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Client.CompleteMultipartUpload(ctx, &sdk.CompleteMultipartUploadInput{
		Bucket: &bucket, Key: &key, UploadId: begun.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func tags(t *testing.T, s *s3server.Server, bucket, key string) map[string]string {
	t.Helper()
	out, err := s.Client.GetObjectTagging(t.Context(), &sdk.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, tag := range out.TagSet {
		found[*tag.Key] = *tag.Value
	}
	return found
}

// TestMoveKeeps moves an object that was uploaded in parts, with all that is
// known of it.
func TestMoveKeeps(t *testing.T) {
	server := s3server.Start(t)
	bucket := server.NewBucket(t)
	b := open(t, server.Endpoint, bucket, s3.Options{})
	upload(t, server, bucket, "in/a b+.csv", []byte("id\n1\n"), map[string]string{"owner": "me"})
	info, err := b.Stat(t.Context(), "in/a b+.csv")
	if err != nil {
		t.Fatal(err)
	}
	id := object.ID(b, info)
	if err := b.Tag(t.Context(), id, "team", "red + blue"); err != nil {
		t.Fatal(err)
	}
	if err := b.Move(t.Context(), id, "done/a b+.csv"); err != nil {
		t.Fatal(err)
	}
	head, err := server.Client.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: &bucket, Key: aws.String("done/a b+.csv")})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"owner": "me", "sluice-copy-of": id.Generation}; !maps.Equal(head.Metadata, want) {
		t.Errorf("metadata %v, want %v", head.Metadata, want)
	}
	if got := tags(t, server, bucket, "done/a b+.csv"); got["team"] != "red + blue" {
		t.Errorf("tags %v", got)
	}
}

// TestVersionsStay deletes an object of a versioned bucket: its versions stay.
func TestVersionsStay(t *testing.T) {
	server := s3server.Start(t)
	bucket := server.NewBucket(t)
	_, err := server.Client.PutBucketVersioning(t.Context(), &sdk.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, server.Endpoint, bucket, s3.Options{})
	server.Put(t, bucket, "a.csv", []byte("old"))
	old, err := b.Stat(t.Context(), "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	server.Put(t, bucket, "a.csv", []byte("new"))
	info, err := b.Stat(t.Context(), "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Remove(t.Context(), object.ID(b, old)); err == nil {
		t.Error("a version that is not the current one was taken for it")
	}
	for range 2 {
		if err := b.Remove(t.Context(), object.ID(b, info)); err != nil {
			t.Fatal(err)
		}
	}
	versions, err := server.Client.ListObjectVersions(t.Context(), &sdk.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	if len(versions.Versions) != 2 || len(versions.DeleteMarkers) != 1 {
		t.Errorf("%d versions and %d delete markers", len(versions.Versions), len(versions.DeleteMarkers))
	}
}
