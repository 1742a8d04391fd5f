package s3

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// S-03, S-19, S-20: what is wrong with one object is told of it, at once, and
// the others go on.
func TestS03ObjectRefused(t *testing.T) {
	for _, test := range []struct {
		status              int
		code, message, want string
	}{
		{403, "AccessDenied", "Access Denied", "s3:GetObject"},
		{403, "InvalidObjectState", "The operation is not valid for the object's storage class", "archived"},
		{403, "AccessDenied", "User is not authorized to perform: kms:Decrypt", "kms:Decrypt"},
		{400, "KMS.DisabledException", "arn:aws:kms:x is disabled.", "kms:Decrypt"},
		{400, "InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided.", "SSE-C"},
		{400, "SomethingNew", "Nobody knows", "SomethingNew: Nobody knows"},
		{405, "MethodNotAllowed", "The specified method is not allowed", "MethodNotAllowed"},
	} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			info, other := put(t, d, b, "a\nkey", content(middle)), put(t, d, b, "other", content(small))
			d.refuse(1, test.status, test.code, test.message)
			_, err := read(t.Context(), b, info, 0)
			wantError(t, err, abstract.FileOnly, `"a\nkey"`, test.want, test.code)
			if n := len(d.requests()); n != 1 {
				t.Errorf("%s: %d requests, want 1", test.code, n)
			}
			wantRead(t, b, other, content(small))
			// In the middle of an object it is the same.
			_, err = half(t, b, info, func() { d.refuse(1, test.status, test.code, test.message) })
			wantError(t, err, abstract.FileOnly, test.want)
		})
	}
}

// S-04 to S-06, P15: what is wrong for all objects stops everything, and says
// what to change.
func TestS06AccountRefused(t *testing.T) {
	for _, test := range []struct {
		status              int
		code, message, want string
		header              []string
	}{
		{404, "NoSuchBucket", "The specified bucket does not exist", "no such bucket", nil},
		{403, "InvalidAccessKeyId", "The key does not exist in our records.", "AWS_ACCESS_KEY_ID", nil},
		{403, "SignatureDoesNotMatch", "The signature does not match", "AWS_SECRET_ACCESS_KEY", nil},
		{400, "ExpiredToken", "The provided token has expired.", "expired", nil},
		{400, "InvalidToken", "The provided token is malformed", "AWS_SESSION_TOKEN", nil},
		{403, "RequestTimeTooSkewed", "The difference is too large.", "clock", nil},
		{301, "PermanentRedirect", "Use the specified endpoint.", "--region eu-west-1", []string{"X-Amz-Bucket-Region", "eu-west-1"}},
		{400, "AuthorizationHeaderMalformed", "The region 'us-east-1' is wrong; expecting 'eu-north-1'", "--region eu-north-1", nil},
	} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			info := put(t, d, b, "key", content(small))
			for name, do := range operations(b, info) {
				d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
					for i := 0; i < len(test.header); i += 2 {
						w.Header().Set(test.header[i], test.header[i+1])
					}
					if r.Method == http.MethodHead { // has no body
						w.WriteHeader(test.status)
						return true
					}
					answerErrorXML(w, test.status, test.code, test.message)
					return true
				})
				err := do(t.Context())
				if name == "HEAD" && test.status == 404 {
					wantError(t, err, abstract.NotFound) // nobody can tell
				} else {
					wantError(t, err, abstract.Permanent, test.want)
				}
				if n := len(d.requests()); n > 4 {
					t.Errorf("%s %s: %d requests", name, test.code, n)
				}
				d.faults = nil
			}
		})
	}
}

// S-03: a bucket that may not be listed.
func TestS03ListRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		d.refuse(1, 403, "AccessDenied", "Access Denied")
		_, err := list(t.Context(), b, "")
		wantError(t, err, abstract.Permanent, "s3:ListBucket", `"bucket"`)
	})
}

// S-04: a clock that is wrong is set by the store's.
func TestS04ClockIsSet(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(small)
		info := put(t, d, b, "key", want)
		now := time.Now().Add(2 * time.Hour) // for the store
		d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
			signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
			if err != nil || now.Sub(signed).Abs() > 15*time.Minute {
				answerErrorXML(w, 403, "RequestTimeTooSkewed", "The difference is too large.")
				return true
			}
			return false
		})
		wantRead(t, b, info, want)
		if n := len(d.requests()); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// S-05: credentials that were refused as expired are looked for anew.
func TestS05CredentialsRenewed(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(large)
		asked := 0
		b.credentials.Cache = aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			asked++
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: canary, SessionToken: "token"}, nil
		}))
		info := put(t, d, b, "key", want)
		d.fail(2, func(http.ResponseWriter, *http.Request) bool { return false }) // the first are well
		d.refuse(1, 400, "ExpiredToken", "The provided token has expired.")
		wantRead(t, b, info, want)
		if asked != 2 {
			t.Errorf("the credentials were looked for %d times, want 2", asked)
		}
	})
}

// Without credentials the error says how to give some.
func TestNoCredentials(t *testing.T) {
	setEnvironment(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	b := open(t, Options{Endpoint: "http://127.0.0.1:1"})
	_, err := b.Stat(t.Context(), "key")
	wantError(t, err, abstract.Permanent, "AWS_ACCESS_KEY_ID", "--profile")
}

// A service that is to give credentials for a role and never answers ends
// with an error, not with a load that hangs.
func TestRoleWithoutAnAnswer(t *testing.T) {
	setEnvironment(t)
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		mute := func(context.Context, string, string) (net.Conn, error) {
			asked++
			ours, theirs := net.Pipe()
			go func() {
				_, _ = io.Copy(io.Discard, theirs) // until the client gives up
				_ = theirs.Close()
			}()
			return ours, nil
		}
		b := open(t, Options{
			Endpoint: "http://localhost", Role: "arn:aws:iam::123456789012:role/loader",
			connect: func(t *http.Transport) { t.DialContext, t.DialTLSContext = mute, mute },
		})
		begun := time.Now()
		_, err := b.Stat(t.Context(), "key")
		wantError(t, err, abstract.Permanent, "credentials")
		if took := time.Since(begun); asked == 0 || took > 5*time.Minute {
			t.Errorf("it took %v and %d connections", took, asked)
		}
	})
}

// A version is read as such, and where that is not allowed, by its ETag.
func TestVersion(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(middle)
		info := put(t, d, b, "key", want)
		info.Version = "v1"
		asked := 0
		d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("versionId") == "v1" {
				asked++
				answerErrorXML(w, 403, "AccessDenied", "Access Denied")
				return true
			}
			return false
		})
		wantRead(t, b, info, want)
		if asked != 2 {
			t.Errorf("the version was asked for %d times, want once for each answer", asked)
		}
	})
}

// A cancelled read ends at once, whatever it waits for.
func TestCancel(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(large))
		d.fail(-1, func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begun := time.Now()
		if _, err := read(ctx, b, info, 0); err != context.DeadlineExceeded || time.Since(begun) != 5*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}
