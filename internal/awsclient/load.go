package awsclient

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// credentialsTime is how long a service may take to give credentials.
const credentialsTime = 30 * time.Second

// Load reads the environment and the shared configuration files, and adds what
// the options say. It asks nothing of the service. The transport is for the
// caller to use, with [Client]; the configuration has no HTTP client.
func Load(ctx context.Context, opts Options) (aws.Config, *http.Transport, error) {
	// Only credentials are fetched by this client itself, in small answers: one
	// that does not come must not hold up everything.
	client := awshttp.NewBuildableClient().WithTimeout(cmp.Or(opts.Timeout, credentialsTime))
	if opts.CAFile != "" {
		pool, err := trusted(opts.CAFile)
		if err != nil {
			return aws.Config{}, nil, err
		}
		client = client.WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig.RootCAs = pool })
	}
	if opts.Connect != nil {
		client = client.WithTransportOptions(opts.Connect)
	}
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}),
		config.WithSharedConfigProfile(opts.Profile),
		config.WithRegion(opts.Region),
	)
	if err != nil {
		return aws.Config{}, nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	if opts.Role != "" {
		cfg.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), opts.Role,
			func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "sluice" })
	}
	// Another one than ours where AWS_CA_BUNDLE is set.
	built, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		return aws.Config{}, nil, fmt.Errorf("the AWS configuration brings its own HTTP client (%T)", cfg.HTTPClient)
	}
	return cfg, built.GetTransport(), nil
}

// Client returns a client that sends by t, which it changes.
func Client(t *http.Transport) *http.Client {
	t.MaxIdleConnsPerHost = 64
	// Over HTTP/2 all requests would share one connection, and its stalls.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	return &http.Client{
		Transport: t,
		// A redirect would take the signature to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
