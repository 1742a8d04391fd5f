// Package tcpproxy is a TCP proxy that goes wrong at the moment a test picks.
package tcpproxy

import (
	"context"
	"net"
	"sync"
)

// Verdict is what becomes of the bytes that a client has sent.
type Verdict int

const (
	Forward Verdict = iota
	// Cut closes the connection at both ends instead of forwarding.
	Cut
	// CutReply forwards, waits for the server's next bytes, and closes the
	// connection instead of forwarding those: the server has done what it
	// was asked, and the client does not know.
	CutReply
)

// Proxy forwards connections to a server.
type Proxy struct {
	target   string
	listener net.Listener
	wait     sync.WaitGroup

	mu    sync.Mutex // guards what is below
	judge func([]byte) Verdict
	conns map[net.Conn]bool
}

// Start listens on a free port of the loopback interface.
func Start(ctx context.Context, target string) (*Proxy, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: target, listener: l, conns: map[net.Conn]bool{}}
	p.wait.Go(p.accept)
	return p, nil
}

// Port is where the proxy listens.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Judge sets what decides about the bytes that clients send, nil to forward
// them all. It may block, and then holds up its connection alone.
func (p *Proxy) Judge(judge func([]byte) Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.judge = judge
}

// Close closes all connections and waits until they have ended.
func (p *Proxy) Close() {
	p.listener.Close()
	p.mu.Lock()
	for conn := range p.conns {
		conn.Close()
	}
	p.conns = nil
	p.mu.Unlock()
	p.wait.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		if !p.track(client, server) {
			client.Close()
			server.Close()
			return
		}
		swallow := make(chan struct{})
		p.wait.Go(func() { p.forward(client, server, swallow) })
		p.wait.Go(func() { answer(client, server, swallow) })
	}
}

func (p *Proxy) track(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.conns != nil {
			p.conns[c] = true
		}
	}
	return p.conns != nil
}

// forward passes on what the client sends.
func (p *Proxy) forward(client, server net.Conn, swallow chan struct{}) {
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			p.mu.Lock()
			judge := p.judge
			p.mu.Unlock()
			verdict := Forward
			if judge != nil {
				verdict = judge(buf[:n])
			}
			switch verdict {
			case Cut:
				client.Close()
				return
			case CutReply:
				close(swallow)
			}
			if _, err := server.Write(buf[:n]); err != nil {
				client.Close()
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// answer passes on what the server sends.
func answer(client, server net.Conn, swallow chan struct{}) {
	defer client.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if n > 0 {
			select {
			case <-swallow:
				return
			default:
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
