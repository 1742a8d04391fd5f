package sqs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/source"
)

// Config says what to follow.
type Config struct {
	// Queue is the queue's URL.
	Queue string
	// Places are where the objects must be. The events of others are skipped,
	// those of other buckets refused. The buckets stay the caller's.
	Places []source.Place
	// Logger gets what goes wrong with the queue and with single messages.
	// Nil means slog.Default().
	Logger *slog.Logger
	// Hold is how many messages are held at most, from their receipt until
	// they are deleted. A message with many records counts as many. 0 means
	// DefaultHold.
	Hold int
	// Receivers is how many requests wait for messages. 0 means
	// DefaultReceivers.
	Receivers int
}

const (
	// DefaultHold allows for 1,000 objects a second that take four seconds
	// each until they are durable.
	DefaultHold = 4096
	// DefaultReceivers brings 1,000 messages a second at a latency of 40 ms.
	DefaultReceivers = 4
)

// Options say how to reach the queue.
type Options struct {
	// Endpoint is the service's URL. "" means what the environment says, and
	// else the host in the queue's URL.
	Endpoint string
	// Region is the queue's region if its URL does not tell. "" means what the
	// environment or the configuration says.
	Region string
	// Profile is the profile in the shared configuration files.
	Profile string
	// Role is the ARN of a role to assume.
	Role string
	// CAFile is a file of PEM certificates to trust besides the system's.
	CAFile string
	// AllowHTTP lets signed requests go over plain http to another host.
	AllowHTTP bool
}

// Open returns the source for a queue. It reads the configuration, but asks
// nothing of the queue: see [Source.Check]. Errors are Permanent: what the
// user has to change.
func Open(ctx context.Context, cfg Config, opts Options) (*Source, error) {
	host, region, err := splitQueue(cfg.Queue)
	if err != nil {
		return nil, err
	}
	if region == "" {
		region = opts.Region
	}
	loaded, transport, err := awsclient.Load(ctx, awsclient.Options{
		Region: region, Profile: opts.Profile, Role: opts.Role, CAFile: opts.CAFile,
	})
	if err != nil {
		return nil, err
	}
	var endpoint string
	client := sqs.NewFromConfig(loaded, func(o *sqs.Options) {
		o.HTTPClient = awsclient.Client(transport)
		o.Credentials = awsclient.NewCredentials(loaded.Credentials)
		o.Retryer = aws.NopRetryer{} // every caller here tries again itself
		switch {
		case opts.Endpoint != "":
			o.BaseEndpoint = &opts.Endpoint
		case o.BaseEndpoint == nil:
			o.BaseEndpoint = &host
		}
		endpoint = *o.BaseEndpoint
		_, err = awsclient.CheckEndpoint(endpoint, opts.AllowHTTP)
	})
	if err != nil {
		return nil, fmt.Errorf("queue %q: %w", awsclient.Redact(cfg.Queue), err)
	}
	s := New(client, cfg)
	if endpoint != host {
		s.elsewhere = endpoint
	}
	return s, nil
}

// region is where the hosts of AWS have the region in their names.
var region = regexp.MustCompile(`(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.|^([a-z0-9-]+)\.queue\.amazonaws\.`)

// splitQueue takes a queue's URL apart: the service's URL, and the region if it
// is in the host's name.
func splitQueue(text string) (host, named string, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") == "" {
		return "", "", fmt.Errorf("queue %q: write its URL, as in https://sqs.eu-west-1.amazonaws.com/123456789012/NAME", awsclient.Redact(text))
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("the queue's URL holds more than a host and a path: leave the rest out; credentials come from the usual AWS places")
	}
	if m := region.FindStringSubmatch(u.Hostname()); m != nil {
		named = m[1] + m[2]
	}
	return u.Scheme + "://" + u.Host, named, nil
}
