// Within contrib's own path, because expressions are in a package internal to it.
module github.com/open-telemetry/opentelemetry-collector-contrib/meshctl/conformance/expr

go 1.25.0

require (
	github.com/open-telemetry/opentelemetry-collector-contrib/internal/filter v0.156.0
)
