package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

const (
	smallBucket = "small"
	smallSize   = 1 << 10
)

func smallKey(i int) string { return fmt.Sprintf("in/%06d.csv", i) }

// fillSmall puts that many objects of rows of the model, each as many as fill
// the better part of a kilobyte, and tells how many rows there are in all.
func fillSmall(ctx context.Context, server *s3server.Server, objects int) (rows int64, err error) {
	bucket := smallBucket
	if _, err := server.Client.CreateBucket(ctx, &awss3.CreateBucketInput{Bucket: &bucket}); err != nil {
		return 0, err
	}
	for i := range objects {
		text := []byte(orders.Header)
		for {
			longer := orders.AppendLine(text, rows)
			if len(longer) > smallSize {
				break
			}
			text = longer
			rows++
		}
		if err := server.Write(bucket, smallKey(i), text); err != nil {
			return 0, err
		}
	}
	return rows, nil
}

// getSmall fetches the objects, so many at a time, and does nothing with them:
// the AWS SDK for Go as it comes, but that it keeps its connections.
func getSmall(ctx context.Context, args []string) error {
	endpoint := args[0]
	objects, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	clients, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	server := s3server.At(endpoint)
	options := server.Client.Options()
	options.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = clients
	})
	client := awss3.New(options)
	group, ctx := errgroup.WithContext(ctx)
	for c := range clients {
		group.Go(func() error {
			bucket := smallBucket
			for i := c; i < objects; i += clients {
				key := smallKey(i)
				out, err := client.GetObject(ctx, &awss3.GetObjectInput{Bucket: &bucket, Key: &key})
				if err != nil {
					return err
				}
				if _, err := io.Copy(io.Discard, out.Body); err != nil {
					return err
				}
				if err := out.Body.Close(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
