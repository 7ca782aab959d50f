//go:build programs

// Package programs names the commands to build, so that `go mod tidy` keeps what they need.
package programs

import (
	_ "istio.io/istio/pilot/cmd/pilot-agent"
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
)
