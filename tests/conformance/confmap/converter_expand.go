//go:build expand

package main

import (
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/converter/expandconverter"
)

func converters() []confmap.ConverterFactory {
	return []confmap.ConverterFactory{expandconverter.NewFactory()}
}
