// Reads YAML as kubectl and Argo CD do and prints it as JSON.
module conformance/yaml-reader

go 1.25.0

require sigs.k8s.io/yaml v1.6.0

require go.yaml.in/yaml/v2 v2.4.2 // indirect
