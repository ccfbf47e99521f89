// Within contrib's own path, because the filter processor's functions are in a package internal to it.
module github.com/open-telemetry/opentelemetry-collector-contrib/meshctl/conformance/ottl

go 1.25.0

require (
	github.com/open-telemetry/opentelemetry-collector-contrib/internal/filter v0.156.0
	github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl v0.156.0
)
