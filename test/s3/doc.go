// Package s3 runs the S3 driver against a real server: versitygw in process,
// or MinIO where SLUICE_MINIO names its binary (make test-minio).
package s3
