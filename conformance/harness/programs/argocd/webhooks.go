package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// webhooks is the network between the API server and the webhooks of the cluster: a proxy that listens on a socket, as
// EgressSelectorConfiguration wants it. Every address that is a line of FOLDER/answering is a webhook that allows what it is
// asked for; the others cannot be reached. The file is read each time. Pods that are sent to /inject get the container of
// FOLDER/proxy.json.
func webhooks(socket, folder string) error {
	authority, err := newAuthority(filepath.Join(folder, "authority.pem"))
	if err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	admits := func(address string) bool {
		text, err := os.ReadFile(filepath.Join(folder, "answering"))
		return err == nil && slices.Contains(strings.Split(string(text), "\n"), address)
	}
	return serve(listener, authority, admits, webhook{filepath.Join(folder, "proxy.json")})
}

// webhook answers questions of the API server.
type webhook struct {
	proxy string
}

// container is what is read and written of a container.
type container struct {
	Name string `json:"name"`
}

// review is what is read of an AdmissionReview.
type review struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Request    struct {
		UID    string `json:"uid"`
		Object struct {
			Spec struct {
				Containers []container `json:"containers"`
			} `json:"spec"`
		} `json:"object"`
	} `json:"request"`
}

func (webhook webhook) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	var review review
	if err := json.NewDecoder(request.Body).Decode(&review); err != nil || review.Kind != "AdmissionReview" {
		fmt.Printf("%s %s%s is no admission\n", request.Method, request.Host, request.URL.Path)
		http.Error(writer, "only AdmissionReview is played", http.StatusNotImplemented)
		return
	}
	response := map[string]any{"uid": review.Request.UID, "allowed": true}
	if strings.HasPrefix(request.URL.Path, "/inject") {
		patch, err := webhook.patch(review.Request.Object.Spec.Containers)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusInternalServerError)
			return
		}
		response["patchType"] = "JSONPatch"
		response["patch"] = patch
	}
	writer.Header().Set("Content-Type", "application/json")
	json.NewEncoder(writer).Encode(map[string]any{
		"apiVersion": review.APIVersion, "kind": review.Kind, "response": response,
	})
}

// patch adds the proxy to a pod; the pod of a gateway is one, and waits for its image.
func (webhook webhook) patch(containers []container) ([]byte, error) {
	text, err := os.ReadFile(webhook.proxy)
	if err != nil {
		return nil, err
	}
	var proxy struct {
		container
		Image string `json:"image"`
	}
	if err := json.Unmarshal(text, &proxy); err != nil {
		return nil, err
	}
	operation := map[string]any{"op": "add", "path": "/spec/containers/-", "value": json.RawMessage(text)}
	isProxy := func(container container) bool { return container.Name == proxy.Name }
	if index := slices.IndexFunc(containers, isProxy); index >= 0 {
		path := fmt.Sprintf("/spec/containers/%d/image", index)
		operation = map[string]any{"op": "replace", "path": path, "value": proxy.Image}
	}
	return json.Marshal([]any{operation})
}
