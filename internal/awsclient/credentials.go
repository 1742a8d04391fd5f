package awsclient

import (
	"context"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Credentials marks the errors of where credentials come from, which in an
// error of the SDK look like any other.
type Credentials struct {
	// Cache keeps what was found until it expires.
	Cache *aws.CredentialsCache

	worked atomic.Bool // once
}

// NewCredentials keeps what a provider gives until it expires.
func NewCredentials(from aws.CredentialsProvider) *Credentials {
	return &Credentials{Cache: aws.NewCredentialsCache(from)}
}

// Retrieve implements [aws.CredentialsProvider].
func (c *Credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := c.Cache.Retrieve(ctx)
	if err != nil {
		return found, &CredentialsError{err, c.worked.Load()}
	}
	c.worked.Store(true)
	return found, nil
}

// Renew makes the next request look for credentials anew: those in use were
// refused as expired (S-05).
func (c *Credentials) Renew() { c.Cache.Invalidate() }

// CredentialsError says that no credentials were to be had.
type CredentialsError struct {
	err error
	// Worked tells that there were some before: this may pass.
	Worked bool
}

func (e *CredentialsError) Error() string { return e.err.Error() }

// Unwrap returns what the SDK said.
func (e *CredentialsError) Unwrap() error { return e.err }
