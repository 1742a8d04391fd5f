package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/source"
)

// storeFlags say how to reach the store of an s3:// source.
type storeFlags struct {
	connector.BucketOptions
	names []string // of the flags
}

func (f *storeFlags) bind(flags *pflag.FlagSet) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.SortFlags = false
	all.StringVar(&f.Endpoint, "endpoint", "", "`URL` of an S3-compatible store, such as https://minio.example:9000 (default: AWS)")
	all.StringVar(&f.Region, "region", "", "`region` of the bucket (default: as configured for AWS, else us-east-1)")
	all.BoolVar(&f.PathStyle, "path-style", false, "write http://endpoint/bucket/key, as many S3-compatible stores want it")
	all.StringVar(&f.Profile, "profile", "", "`name` of the profile in the AWS configuration files")
	all.StringVar(&f.Role, "assume-role", "", "`ARN` of an AWS role to assume for reading")
	all.BoolVar(&f.RequesterPays, "requester-pays", false, "agree to pay for the requests to somebody else's bucket")
	all.StringVar(&f.CAFile, "ca-file", "", "`file` of PEM certificates to trust for https besides the system's")
	all.BoolVar(&f.AllowHTTP, "allow-http", false, "let an http:// endpoint be on another machine, where the network can read all")
	all.VisitAll(func(flag *pflag.Flag) { f.names = append(f.names, flag.Name) })
	flags.AddFlagSet(all)
}

// complete lets the shell complete the flags' values; --ca-file is a file.
func (f *storeFlags) complete(cmd *cobra.Command) {
	for _, name := range f.names {
		if name != "ca-file" {
			values(cmd, name, cobra.NoFileCompletions)
		}
	}
}

// check refuses flags that would have no effect.
func (f *storeFlags) check(locations []source.Location) error {
	for _, l := range locations {
		if l.Scheme != "file" {
			return nil
		}
	}
	if f.BucketOptions != (connector.BucketOptions{}) {
		return usage(errors.New("--endpoint, --region and what else says how to reach a store go with a source such as s3://bucket/prefix/"))
	}
	return nil
}
