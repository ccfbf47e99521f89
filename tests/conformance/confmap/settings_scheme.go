//go:build scheme

package main

import (
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

// `env` is the scheme where none is written since 0.104.0 (otelcol/command.go; the gate for it was off before).
func settings(provider func() confmap.Provider) confmap.ResolverSettings {
	return confmap.ResolverSettings{
		ProviderFactories:  []confmap.ProviderFactory{confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return provider() })},
		ProviderSettings:   confmap.ProviderSettings{Logger: zap.NewNop()},
		ConverterFactories: converters(),
		ConverterSettings:  confmap.ConverterSettings{Logger: zap.NewNop()},
		DefaultScheme:      "env",
	}
}
