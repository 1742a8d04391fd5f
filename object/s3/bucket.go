package s3

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/object"
)

// Bucket is a bucket of S3. Make it with [Open].
type Bucket struct {
	name        string
	client      *s3.Client
	credentials *awsclient.Credentials
	transport   *transport
	payer       types.RequestPayer // "" unless the requester pays
	heads       heads
	parts       parts
	copyPart    int64
}

var (
	_ object.Bucket  = (*Bucket)(nil)
	_ object.Metered = (*Bucket)(nil)
	_ object.Ordered = (*Bucket)(nil)
)

// Open returns the bucket of that name. It reads the configuration, but asks
// nothing of the store; whether there is such a bucket shows at the first use.
// Errors are Permanent: what the user has to change.
func Open(ctx context.Context, name string, opts Options) (*Bucket, error) {
	cfg, connections, err := awsclient.Load(ctx, awsclient.Options{
		Region: opts.Region, Profile: opts.Profile, Role: opts.Role, CAFile: opts.CAFile,
		Connect: opts.connect, Timeout: opts.idle,
	})
	if err != nil {
		return nil, err
	}
	b := &Bucket{
		name:        name,
		credentials: awsclient.NewCredentials(cfg.Credentials),
		transport:   newTransport(connections, opts),
		parts:       newParts(),
		copyPart:    cmp.Or(opts.copyPart, copyPart),
	}
	if opts.RequesterPays {
		b.payer = types.RequestPayerRequester
	}
	b.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = b.transport
		o.Credentials = b.credentials
		o.Retryer = aws.NopRetryer{} // attempts tries again
		if opts.Endpoint != "" {
			o.BaseEndpoint = &opts.Endpoint
		}
		var u *url.URL
		if u, err = awsclient.CheckEndpoint(aws.ToString(o.BaseEndpoint), opts.AllowHTTP); err == nil {
			o.UsePathStyle = opts.PathStyle || needsPath(u)
		}
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		o.DisableLogOutputChecksumValidationSkipped = true
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Name implements [object.Bucket].
func (b *Bucket) Name() string { return "s3://" + b.name }

// Usage implements [object.Metered].
func (b *Bucket) Usage() object.Usage { return b.transport.usage() }

// Close closes the connections that are not in use.
func (b *Bucket) Close() error {
	b.transport.client.CloseIdleConnections()
	return nil
}

// Generation is the generation of an object with that ETag, with or without
// its quotes, and that size.
func Generation(etag string, size int64) string { return awsclient.Generation(etag, size) }

// etagOf is the ETag in a generation, in quotes as If-Match takes it, "" if
// the store has not told any.
func etagOf(generation string) string {
	i := strings.LastIndexByte(generation, ':')
	if i <= 0 {
		return ""
	}
	return `"` + generation[:i] + `"`
}

// Stat implements [object.Bucket] with a HEAD. It tells the version, too.
func (b *Bucket) Stat(ctx context.Context, key string) (object.Info, error) {
	return b.head(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key, RequestPayer: b.payer})
}

func (b *Bucket) head(ctx context.Context, in *s3.HeadObjectInput) (object.Info, error) {
	what := request{doing: "stat", key: *in.Key}
	if what.key == "" { // the SDK refuses it as a mistake of ours
		return object.Info{}, abstract.WithClass(abstract.NotFound, errors.New("stat: no object has the empty key"))
	}
	var out *s3.HeadObjectOutput
	err := b.retry(ctx, what, func() (err error) {
		if out, err = b.client.HeadObject(ctx, in); isMute(err) {
			err = b.unmute(ctx, in, err)
		}
		return err
	})
	if err != nil {
		return object.Info{}, err
	}
	size := aws.ToInt64(out.ContentLength)
	info := object.Info{
		Key: *in.Key, Size: size, Generation: Generation(aws.ToString(out.ETag), size), ModTime: aws.ToTime(out.LastModified),
	}
	if version := aws.ToString(out.VersionId); version != "null" {
		info.Version = version
	}
	return info, nil
}

// unmute asks for the reason of an answer to a HEAD, which has no body to
// tell it in, by a GET of one byte.
func (b *Bucket) unmute(ctx context.Context, in *s3.HeadObjectInput, mute error) error {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: in.Bucket, Key: in.Key, IfMatch: in.IfMatch, VersionId: in.VersionId, RequestPayer: in.RequestPayer,
		Range: aws.String("bytes=0-0"),
	})
	if err != nil {
		return err
	}
	return errors.Join(mute, out.Body.Close())
}
