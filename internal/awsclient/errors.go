package awsclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Judge knows what is wrong with the credentials, the clock or the
// connection, whatever was asked for: the error's class, and what to do about
// it. ok is false for everything else.
func Judge(err error) (class abstract.Class, text string, ok bool) {
	if missing, ok := errors.AsType[*CredentialsError](err); ok {
		if missing.Worked {
			return abstract.Transient, "the AWS credentials cannot be renewed", true
		}
		return abstract.Permanent, "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile", true
	}
	if text := judgeAccount(CodeOf(err)); text != "" {
		return abstract.Permanent, text, true
	}
	if text := judgeConnection(err); text != "" {
		return abstract.Permanent, text, true
	}
	return 0, "", false
}

// judgeAccount knows the codes for credentials that are refused. Each service
// has its own word for the same thing.
func judgeAccount(code string) string {
	switch code {
	case "InvalidAccessKeyId", "XAdminUserNotFound", "InvalidClientTokenId", "UnrecognizedClientException":
		return "the service does not know the access key: check AWS_ACCESS_KEY_ID or --profile"
	case "SignatureDoesNotMatch", "InvalidSignatureException":
		return "the secret key does not belong to the access key: check AWS_SECRET_ACCESS_KEY or --profile"
	case "ExpiredToken", "ExpiredTokenException":
		return "the credentials have expired: get new ones"
	case "InvalidToken":
		return "the session token is not valid: check AWS_SESSION_TOKEN, or unset it"
	case "RequestTimeTooSkewed":
		return "this machine's clock is wrong by more than the service allows: set it"
	case "AccountProblem", "AllAccessDisabled", "NotSignedUp", "OptInRequired":
		return "the account cannot be used"
	}
	return ""
}

// judgeConnection knows the failures of TLS that will not pass (S-40).
func judgeConnection(err error) string {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
			return "the server's certificate is not trusted: give its authority's with --ca-file"
		}
		return "the server's certificate is not valid"
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "the endpoint does not speak https"
	}
	return ""
}

// StatusOf is the status of the answer, 0 if there was none.
func StatusOf(err error) int {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// CodeOf is the service's code for the error, "" if it told none.
func CodeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// Cause leaves out of an error of the SDK what says nothing to a user: the
// operation, the URL and the number of SDK attempts.
func Cause(err error) error {
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.HTTPStatusCode() != 0 {
		text := fmt.Sprintf("status %d", answer.HTTPStatusCode())
		if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != "" {
			text += ", " + strings.TrimSuffix(api.ErrorCode()+": "+api.ErrorMessage(), ": ")
		}
		if id := answer.ServiceRequestID(); id != "" {
			text += ", request " + id
		}
		return errors.New(text)
	}
	if missing, ok := errors.AsType[*CredentialsError](err); ok {
		return missing.err
	}
	if sent, ok := errors.AsType[*url.Error](err); ok {
		return sent.Err
	}
	if sent, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return sent.Err
	}
	return err
}
