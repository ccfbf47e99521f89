module meshctl.example/conformance/confmap

go 1.25.0

require (
	go.opentelemetry.io/collector/confmap v1.62.0
	go.opentelemetry.io/collector/confmap/provider/envprovider v1.62.0
)
