package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQueueCannotBeUsed: what is wrong with the queue is said at once, without
// secrets, and before anything is made for the load.
func TestQueueCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	const canary = "S3CR3T-canary"
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": canary, "AWS_SESSION_TOKEN": canary, "AWS_PROFILE": "", "AWS_CA_BUNDLE": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SQS": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	for _, c := range []struct {
		status     int
		kind, want string
	}{
		{400, "com.amazonaws.sqs#QueueDoesNotExist", "there is no such queue in this region at this endpoint"},
		{400, "com.amazon.coral.service#AccessDeniedException", "access denied: these credentials need sqs:GetQueueAttributes for the queue"},
		{403, "com.amazon.coral.service#InvalidSignatureException", "the secret key does not belong to the access key"},
		{400, "com.amazon.coral.service#UnrecognizedClientException", "the service does not know the access key"},
		{503, "ServiceUnavailable", "status 503"},
		{200, "", `its visibility timeout is "", not a number of seconds`},
	} {
		asked := false
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = asked || r.Header.Get("X-Amz-Target") == "AmazonSQS.GetQueueAttributes" && strings.Contains(r.Header.Get("Authorization"), "/eu-west-9/sqs/")
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(c.status)
			fmt.Fprintf(w, `{"__type":%q,"message":"no"}`, c.kind)
		}))
		got := sluice(t, dir, "load", "s3://b/in/", "--to", "duckdb:made.duckdb", "--follow", "--sqs", server.URL+"/000000000000/q",
			"--region", "eu-west-9", "--endpoint", "http://127.0.0.1:1")
		server.Close()
		if got.code != 1 || got.out != "" || !strings.Contains(got.err, c.want) || strings.Contains(got.err, canary) || !asked {
			t.Errorf("%s: code %d, asked %t, stdout %q, stderr\n%swant 1 and\n%s", c.kind, got.code, asked, got.out, got.err, c.want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 0 {
		t.Errorf("%v is left behind (%v)", left, err)
	}
}
