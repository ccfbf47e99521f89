//go:build !scheme

package main

import (
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"
)

// Before 0.104.0 what has no scheme is left to the converter.
func settings(provider func() confmap.Provider) confmap.ResolverSettings {
	return confmap.ResolverSettings{
		ProviderFactories:  []confmap.ProviderFactory{confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return provider() })},
		ProviderSettings:   confmap.ProviderSettings{Logger: zap.NewNop()},
		ConverterFactories: converters(),
		ConverterSettings:  confmap.ConverterSettings{Logger: zap.NewNop()},
	}
}
