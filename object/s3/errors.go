package s3

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/object"
)

// request is what was being done when something failed.
type request struct {
	doing string // "list", "stat", "open", "read", or what is done to the object
	key   string // the prefix of a listing
	begun bool   // bytes of the object were read before
}

// listing tells that the request was about the bucket, not about an object.
func (r request) listing() bool { return r.doing == "list" }

// needs is what credentials need for the request.
func (r request) needs() string {
	switch r.doing {
	case "delete":
		return "s3:DeleteObject"
	case "copy":
		return "s3:PutObject, and for objects with tags s3:GetObjectTagging and s3:PutObjectTagging,"
	case "read the tags of":
		return "s3:GetObjectTagging"
	case "tag":
		return "s3:PutObjectTagging"
	}
	return "s3:GetObject"
}

// verdict is what a failure means.
type verdict struct {
	class abstract.Class
	text  string
}

// explain classifies what a request has failed with, and says what it means
// and what to do about it. It is the only place that does so, and is called
// once for an error. Nothing of what was sent comes into the text.
func (b *Bucket) explain(what request, err error) error {
	v := b.judge(what, err)
	name := fmt.Sprintf("%q", what.key)
	if what.listing() {
		name = fmt.Sprintf("bucket %q", b.name)
	}
	detail := awsclient.Cause(err)
	if v.text != "" {
		detail = fmt.Errorf("%s (%w)", v.text, detail)
	}
	if isChange(what, err) {
		detail = fmt.Errorf("%w: %w", object.ErrChanged, detail)
	}
	return abstract.WithClass(v.class, fmt.Errorf("%s %s: %w", what.doing, name, detail))
}

// isChange tells whether the answer means that the generation is gone.
func isChange(what request, err error) bool {
	switch awsclient.StatusOf(err) {
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return true
	case http.StatusNotFound:
		return what.begun && isMissing(err)
	}
	return false
}

// isMissing tells whether a 404 is about the object. Without a body, which an
// answer to a HEAD never has, the code is a word for the status.
func isMissing(err error) bool {
	switch awsclient.CodeOf(err) {
	case "NoSuchKey", "NoSuchVersion", "NotFound", "UnknownError", "":
		return awsclient.StatusOf(err) == http.StatusNotFound
	}
	return false
}

// judge is the table of what can go wrong.
func (b *Bucket) judge(what request, err error) verdict {
	if class, text, ok := awsclient.Judge(err); ok {
		return verdict{class, text}
	}
	if v, ok := b.judgeBucket(err); ok {
		return v
	}
	if _, ok := errors.AsType[*answerError](err); ok || errors.Is(err, object.ErrChanged) {
		return verdict{abstract.FileOnly, ""}
	}
	status, code := awsclient.StatusOf(err), awsclient.CodeOf(err)
	switch {
	case code == "NotImplemented":
		return verdict{abstract.FileOnly, "the store does not know how to"}
	case status == 0 || status == http.StatusTooManyRequests || status >= 500 || isBusy(code):
		return verdict{abstract.Transient, ""}
	case what.listing() && status == http.StatusForbidden:
		return verdict{abstract.Permanent, "these credentials may not list the bucket: they need s3:ListBucket"}
	case what.listing():
		return verdict{abstract.Permanent, ""}
	}
	return judgeObject(what, err)
}

// isBusy are the codes that come with the status 400 although they may pass.
func isBusy(code string) bool {
	switch code {
	case "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded",
		"OperationAborted", "ConditionalRequestConflict", "TemporaryRedirect":
		return true
	}
	return false
}

// judgeBucket knows what is wrong with the bucket, whatever the object.
func (b *Bucket) judgeBucket(err error) (verdict, bool) {
	permanent := func(text string) (verdict, bool) { return verdict{abstract.Permanent, text}, true }
	switch awsclient.CodeOf(err) {
	case "NoSuchBucket":
		return permanent("there is no such bucket at this endpoint")
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "MovedPermanently", "IllegalLocationConstraintException":
		if region := regionIn(err); region != "" {
			return permanent(fmt.Sprintf("the bucket is in the region %s: use --region %s", region, region))
		}
		return permanent("the bucket is in another region: name it with --region")
	}
	return verdict{}, false
}

// expected is how S3 names the right region in a message.
var expected = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// regionIn is the bucket's region, if the answer tells.
func regionIn(err error) string {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil {
		if region := answer.Response.Header.Get("X-Amz-Bucket-Region"); region != "" {
			return region
		}
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		if m := expected.FindStringSubmatch(api.ErrorMessage()); m != nil {
			return m[1]
		}
	}
	return ""
}

// judgeObject knows what is wrong with one object. What is not known is taken
// for its fault as well, so that it is recorded and the others go on.
func judgeObject(what request, err error) verdict {
	status, code := awsclient.StatusOf(err), awsclient.CodeOf(err)
	message := ""
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		message = strings.ToLower(api.ErrorMessage())
	}
	switch {
	case isMissing(err) && what.begun:
		return verdict{abstract.FileOnly, "it was deleted"}
	case isMissing(err):
		return verdict{abstract.NotFound, "it is not there"}
	case status == http.StatusPreconditionFailed:
		return verdict{abstract.FileOnly, "it was overwritten"}
	case status == http.StatusRequestedRangeNotSatisfiable:
		return verdict{abstract.FileOnly, "it is shorter now"}
	case code == "InvalidObjectState":
		return verdict{abstract.FileOnly, "it is archived: restore it first"}
	case strings.HasPrefix(code, "KMS.") || status == http.StatusForbidden && strings.Contains(message, "kms"):
		return verdict{abstract.FileOnly, "it is encrypted, and these credentials may not use its key: they need kms:Decrypt"}
	case strings.Contains(message, "server side encryption"):
		return verdict{abstract.FileOnly, "it is encrypted with a key of the customer's own (SSE-C), which is not supported"}
	case status == http.StatusForbidden:
		return verdict{abstract.FileOnly, "access denied: these credentials need " + what.needs() + " for it"}
	}
	return verdict{abstract.FileOnly, ""}
}

// isMute tells whether an answer to a HEAD leaves open what is wrong.
func isMute(err error) bool {
	status := awsclient.StatusOf(err)
	return status == http.StatusBadRequest || status == http.StatusForbidden
}
