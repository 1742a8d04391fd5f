package s3

import (
	"context"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// credentials marks the errors of where credentials come from, which in an
// error of the SDK look like any other.
type credentials struct {
	cache  *aws.CredentialsCache
	worked atomic.Bool // once
}

// Retrieve implements [aws.CredentialsProvider].
func (c *credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := c.cache.Retrieve(ctx)
	if err != nil {
		return found, &credentialsError{err, c.worked.Load()}
	}
	c.worked.Store(true)
	return found, nil
}

// renew makes the next request look for credentials anew: those in use were
// refused as expired (S-05).
func (c *credentials) renew() { c.cache.Invalidate() }

// credentialsError says that no credentials were to be had. If there were some
// before, this may pass.
type credentialsError struct {
	err    error
	worked bool
}

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }
