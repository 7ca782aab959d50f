//go:build programs

package main

// Names the command to build, so that `go mod tidy` keeps what it needs.
import (
	_ "github.com/argoproj/argo-cd/v3/cmd"
)
