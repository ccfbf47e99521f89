module meshctl.example/conformance/relabel

go 1.25.0

require (
	github.com/prometheus/common v0.69.0
	github.com/prometheus/prometheus v0.312.0
	go.yaml.in/yaml/v2 v2.4.4
)
