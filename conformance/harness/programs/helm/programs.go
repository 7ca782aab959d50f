//go:build programs

// Package programs names the commands to build, so that `go mod tidy` keeps what they need.
package programs

import (
	_ "helm.sh/helm/v4/cmd/helm"
)
