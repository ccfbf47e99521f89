// Within contrib's own path, because expressions are in a package internal to it.
module github.com/open-telemetry/opentelemetry-collector-contrib/meshctl/conformance/expr

go 1.22.0

require (
	github.com/open-telemetry/opentelemetry-collector-contrib/internal/filter v0.118.0
	go.opentelemetry.io/collector/pdata v1.24.0
)

require (
	github.com/expr-lang/expr v1.16.9 // indirect
	github.com/gogo/protobuf v1.3.2 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	golang.org/x/net v0.34.0 // indirect
	golang.org/x/sys v0.29.0 // indirect
	golang.org/x/text v0.21.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20241104194629-dd2ea8efbc28 // indirect
	google.golang.org/grpc v1.69.4 // indirect
	google.golang.org/protobuf v1.36.3 // indirect
)
