package s3

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/s3"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

// newProxy puts a proxy before the server. It returns the server's address as
// it is seen through it.
func newProxy(t *testing.T, server *s3server.Server) (*toxiproxy.Proxy, string) {
	t.Helper()
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(proxies, t.Name(), "127.0.0.1:0", strings.TrimPrefix(server.Endpoint, "http://"))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p, "http://" + p.Listen
}

func random(n int) []byte {
	content := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(content) // never fails
	return content
}

func stat(t *testing.T, b *s3.Bucket, key string) object.Info {
	t.Helper()
	info, err := b.Stat(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestToxicNetwork is S-07, S-08 and S-10 in front of a real server. The last
// two toxics drop all bytes of a connection before they end it, so they strike
// one connection in five: that they strike eight in a row is out of the question.
func TestToxicNetwork(t *testing.T) {
	server := s3server.Start(t)
	bucket, want := server.NewBucket(t), random(40<<20)
	server.Put(t, bucket, "key", want)
	for name, toxic := range map[string]string{
		"ends":   `{"name":"x","type":"limit_data","stream":"downstream","attributes":{"bytes":3000000}}`,
		"slices": `{"name":"x","type":"slicer","stream":"downstream","attributes":{"average_size":50000,"size_variation":20000,"delay":100}}`,
		"closes": `{"name":"x","type":"timeout","stream":"downstream","toxicity":0.2,"attributes":{"timeout":200}}`,
		"resets": `{"name":"x","type":"reset_peer","stream":"downstream","toxicity":0.2,"attributes":{"timeout":30}}`,
	} {
		t.Run(name, func(t *testing.T) {
			proxy, endpoint := newProxy(t, server)
			b := open(t, endpoint, bucket, s3.Options{})
			info := stat(t, b, "key")
			if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
				t.Fatal(err)
			}
			wantRead(t, b, info, want)
			t.Logf("%+v", b.Usage())
		})
	}
}

func wantRead(t *testing.T, b *s3.Bucket, info object.Info, want []byte) {
	t.Helper()
	r, err := b.Open(t.Context(), info, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d of %d bytes, equal: %v, %v", len(got), len(want), bytes.Equal(got, want), err)
	}
}

// TestCutConnections is S-07 at every place: a proxy of our own cuts each
// connection after a random number of bytes, from none to two parts.
func TestCutConnections(t *testing.T) {
	server := s3server.Start(t)
	bucket, want := server.NewBucket(t), random(40<<20+1)
	server.Put(t, bucket, "key", want)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	endpoint := cutter(t, strings.TrimPrefix(server.Endpoint, "http://"), rand.New(rand.NewPCG(seed, 0)))
	b := open(t, endpoint, bucket, s3.Options{})
	for range 3 {
		wantRead(t, b, stat(t, b, "key"), want)
	}
	t.Logf("%+v for 3 × 40 MiB", b.Usage())
}

// cutter is a proxy that cuts connections.
func cutter(t *testing.T, upstream string, random *rand.Rand) (endpoint string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			down, err := l.Accept()
			if err != nil {
				return // closed
			}
			limit := int64(random.IntN(16 << 20))
			wg.Go(func() { cut(down, upstream, limit) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return "http://" + l.Addr().String()
}

// cut passes that many bytes down, then resets the connection.
func cut(down net.Conn, upstream string, limit int64) {
	defer down.Close()
	up, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.Copy(up, down)
		up.Close()
	})
	_, _ = io.CopyN(down, up, limit)
	_ = down.(*net.TCPConn).SetLinger(0) // a reset, not an end
	down.Close()
	up.Close()
	wg.Wait()
}
