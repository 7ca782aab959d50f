// What Argo CD talks to beside the API server, on loopback: a Redis without persistence, and the internet, as far as a
// folder plays it. And what the API server talks to beside it: the webhooks of the cluster.
//
//	surroundings redis ADDRESS
//	surroundings internet ADDRESS FOLDER
//	surroundings webhooks SOCKET FOLDER
//
// The internet is a proxy for https. Whatever host is asked for, the answer is that of the folder FOLDER/hosts/HOST: below
// a folder *.git that of a Git repository, /v2/NAME/manifests/TAG that of a registry of OCI images, everything else as a
// file. Whoever trusts FOLDER/authority.pem, which is new each time, trusts every answer. What is asked for and not there,
// such as another host, is a line on standard output.
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "redis":
		return redis(arguments[1])
	case len(arguments) == 3 && arguments[0] == "internet":
		return internet(arguments[1], arguments[2])
	case len(arguments) == 3 && arguments[0] == "webhooks":
		return webhooks(arguments[1], arguments[2])
	}
	return errors.New("usage: surroundings redis ADDRESS | internet ADDRESS FOLDER | webhooks SOCKET FOLDER")
}

// tick is how often entries age; miniredis has no clock of its own.
const tick = time.Second

func redis(address string) error {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(address); err != nil {
		return err
	}
	for range time.Tick(tick) {
		server.FastForward(tick)
	}
	return nil
}

func internet(address, folder string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	authority, err := newAuthority(filepath.Join(folder, "authority.pem"))
	if err != nil {
		return err
	}
	backend, err := gitBackend()
	if err != nil {
		return err
	}
	hosts := hosts{folder: filepath.Join(folder, "hosts"), backend: backend}
	everywhere := func(string) bool { return true }
	return serve(listener, authority, everywhere, hosts)
}

// serve is a proxy for TLS: wherever a connection is asked for, the handler answers it, unless it is refused.
func serve(listener net.Listener, authority *authority, admits func(string) bool, handler http.Handler) error {
	settings := &tls.Config{GetCertificate: authority.certificate, NextProtos: []string{"http/1.1"}}
	// Connections that a client has opened through the proxy.
	tunnels := make(tunnels)
	go http.Serve(tls.NewListener(tunnels, settings), handler)
	return http.Serve(listener, http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodConnect {
			http.Error(writer, "only CONNECT", http.StatusMethodNotAllowed)
			return
		}
		if !admits(request.Host) {
			http.Error(writer, "nobody answers at "+request.Host, http.StatusBadGateway)
			return
		}
		connection, buffered, err := writer.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		fmt.Fprint(connection, "HTTP/1.1 200 Connection established\r\n\r\n")
		tunnels <- tunnel{connection, buffered.Reader}
	}))
}

// hosts answers requests for every host.
type hosts struct {
	folder, backend string
}

func (hosts hosts) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	host, _, err := net.SplitHostPort(request.Host)
	if err != nil {
		host = request.Host
	}
	folder := filepath.Join(hosts.folder, filepath.Base(host))
	answer := &answer{ResponseWriter: writer, status: http.StatusOK}
	describeManifest(answer.Header(), folder, request.URL.Path)
	if repository, _, ok := strings.Cut(request.URL.Path, ".git/"); ok && isFolder(filepath.Join(folder, filepath.Clean(repository+".git"))) {
		(&cgi.Handler{Path: hosts.backend, Env: []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1"}}).ServeHTTP(answer, request)
	} else {
		http.FileServer(http.Dir(folder)).ServeHTTP(answer, request)
	}
	if answer.status == http.StatusNotFound {
		fmt.Printf("%s %s%s\n", request.Method, host, request.URL.Path)
	}
}

// describeManifest says of the manifest of an OCI image what its bytes do not: its type and its digest.
func describeManifest(header http.Header, folder, path string) {
	if !strings.HasPrefix(path, "/v2/") || !strings.Contains(path, "/manifests/") {
		return
	}
	bytes, err := os.ReadFile(filepath.Join(folder, filepath.Clean(path)))
	if err != nil {
		return
	}
	header.Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	header.Set("Docker-Content-Digest", fmt.Sprintf("sha256:%x", sha256.Sum256(bytes)))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// gitBackend is git's own server of smart HTTP.
func gitBackend() (string, error) {
	output, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return "", fmt.Errorf("git --exec-path: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(output)), "git-http-backend"), nil
}

// answer remembers its status.
type answer struct {
	http.ResponseWriter
	status int
}

func (answer *answer) WriteHeader(status int) {
	answer.status = status
	answer.ResponseWriter.WriteHeader(status)
}

// authority signs a certificate for every host.
type authority struct {
	own *x509.Certificate
	key *ecdsa.PrivateKey
}

// newAuthority makes one and writes its own certificate, whole or not at all.
func newAuthority(file string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "conformance"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	bytes, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: bytes})
	if err := os.WriteFile(file+".partial", text, 0o600); err != nil {
		return nil, err
	}
	return &authority{template, key}, os.Rename(file+".partial", file)
}

func (authority *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: hello.ServerName},
		DNSNames:     []string{hello.ServerName},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	bytes, err := x509.CreateCertificate(rand.Reader, template, authority.own, authority.key.Public(), authority.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{bytes}, PrivateKey: authority.key}, nil
}

// tunnels is a listener of connections that come through the proxy.
type tunnels chan net.Conn

func (tunnels tunnels) Accept() (net.Conn, error) { return <-tunnels, nil }
func (tunnels tunnels) Close() error              { return nil }
func (tunnels tunnels) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// tunnel is a connection of which something may have been read.
type tunnel struct {
	net.Conn
	reader *bufio.Reader
}

func (tunnel tunnel) Read(bytes []byte) (int, error) { return tunnel.reader.Read(bytes) }
