package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/source"
)

// storeFlags say how to reach the store of an s3:// source, and all but the
// endpoint how to reach its queue.
type storeFlags struct {
	connector.BucketOptions
}

func (f *storeFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Endpoint, "endpoint", "", "`URL` of an S3-compatible store, such as https://minio.example:9000 (default: AWS)")
	flags.StringVar(&f.Region, "region", "", "`region` of the bucket (default: as configured for AWS, else us-east-1)")
	flags.BoolVar(&f.PathStyle, "path-style", false, "write endpoint/bucket/key, not bucket.endpoint/key, as many S3-compatible stores want it")
	flags.StringVar(&f.Profile, "profile", "", "`name` of the profile in the AWS configuration files")
	flags.StringVar(&f.Role, "assume-role", "", "`ARN` of an AWS role to assume for reading")
	flags.BoolVar(&f.RequesterPays, "requester-pays", false, "agree to pay for the requests to somebody else's bucket")
	flags.StringVar(&f.CAFile, "ca-file", "", "`file` of PEM certificates to trust for https besides the system's")
	flags.BoolVar(&f.AllowHTTP, "allow-http", false, "let an http:// endpoint be on another machine, where the network can read all")
	for _, name := range []string{"endpoint", "region", "profile", "assume-role"} {
		values(cmd, name, cobra.NoFileCompletions)
	}
}

// check refuses flags that would have no effect.
func (f *storeFlags) check(places []source.Place) error {
	for _, p := range places {
		if p.Location.Scheme != "file" {
			return nil
		}
	}
	if f.BucketOptions != (connector.BucketOptions{}) {
		return usage(errors.New("--endpoint, --region and what else says how to reach a store go with a source such as s3://bucket/prefix/"))
	}
	return nil
}
