//go:build !expand

package main

import "go.opentelemetry.io/collector/confmap"

func converters() []confmap.ConverterFactory { return nil }
