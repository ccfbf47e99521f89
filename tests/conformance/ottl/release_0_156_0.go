//go:build r0_156_0

package main

import (
	"log"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/open-telemetry/opentelemetry-collector-contrib/internal/filter/filterottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottldatapoint"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlmetric"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
)

type (
	metricContext = *ottlmetric.TransformContext
	pointContext  = *ottldatapoint.TransformContext
)

func newMetric(resource pmetric.ResourceMetrics, scope pmetric.ScopeMetrics, made pmetric.Metric) metricContext {
	return ottlmetric.NewTransformContextPtr(resource, scope, made)
}

func newPoint(resource pmetric.ResourceMetrics, scope pmetric.ScopeMetrics, made pmetric.Metric, point any) pointContext {
	return ottldatapoint.NewTransformContextPtr(resource, scope, made, point)
}

func metricParser(what kind) ottl.Parser[metricContext] {
	functions := filterottl.StandardMetricFuncs()
	if what != conditions {
		functions = ottlfuncs.StandardFuncs[metricContext]()
		functions["capture"] = capture[metricContext]()
	}
	parser, err := ottlmetric.NewParser(functions, settings)
	if err != nil {
		log.Fatal(err)
	}
	return parser
}

func pointParser(what kind) ottl.Parser[pointContext] {
	functions := filterottl.StandardDataPointFuncs()
	if what != conditions {
		functions = ottlfuncs.StandardFuncs[pointContext]()
		functions["capture"] = capture[pointContext]()
	}
	parser, err := ottldatapoint.NewParser(functions, settings)
	if err != nil {
		log.Fatal(err)
	}
	return parser
}
