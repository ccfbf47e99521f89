module meshctl.example/conformance/discovery

go 1.25.0

require (
	github.com/prometheus/client_golang v1.23.2
	github.com/prometheus/common v0.69.0
	github.com/prometheus/prometheus v0.312.0
	k8s.io/apimachinery v0.35.3
)
