package main

import (
	"encoding/json"
	"log"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// data is one resource with one scope and its metrics, as the fixtures describe them.
type data struct {
	Resource     map[string]any `json:"resource"`
	ScopeName    string         `json:"scope_name"`
	ScopeVersion string         `json:"scope_version"`
	Metrics      []metric       `json:"metrics"`
}

type metric struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Unit        string  `json:"unit"`
	Type        string  `json:"type"`
	Monotonic   bool    `json:"monotonic"`
	Points      []point `json:"points"`
}

type point struct {
	ID             string         `json:"id"`
	Attributes     map[string]any `json:"attributes"`
	Double         *float64       `json:"value_double"`
	Int            *int64         `json:"value_int"`
	Flags          uint32         `json:"flags"`
	Count          uint64         `json:"count"`
	Sum            *float64       `json:"sum"`
	ExplicitBounds []float64      `json:"explicit_bounds"`
	BucketCounts   []uint64       `json:"bucket_counts"`
	Quantiles      [][2]float64   `json:"quantiles"`
}

func (given data) metrics() pmetric.Metrics {
	all := pmetric.NewMetrics()
	resource := all.ResourceMetrics().AppendEmpty()
	put(resource.Resource().Attributes(), given.Resource)
	scope := resource.ScopeMetrics().AppendEmpty()
	scope.Scope().SetName(given.ScopeName)
	scope.Scope().SetVersion(given.ScopeVersion)
	for _, each := range given.Metrics {
		each.fill(scope.Metrics().AppendEmpty())
	}
	return all
}

func (given metric) fill(made pmetric.Metric) {
	made.SetName(given.Name)
	made.SetDescription(given.Description)
	made.SetUnit(given.Unit)
	switch given.Type {
	case "gauge":
		given.numbers(made.SetEmptyGauge().DataPoints())
	case "sum":
		sum := made.SetEmptySum()
		sum.SetIsMonotonic(given.Monotonic)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		given.numbers(sum.DataPoints())
	case "histogram":
		histogram := made.SetEmptyHistogram()
		histogram.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		for _, each := range given.Points {
			put := histogram.DataPoints().AppendEmpty()
			each.attributes(put.Attributes())
			put.SetFlags(pmetric.DataPointFlags(each.Flags))
			put.SetCount(each.Count)
			if each.Sum != nil {
				put.SetSum(*each.Sum)
			}
			put.ExplicitBounds().FromRaw(each.ExplicitBounds)
			put.BucketCounts().FromRaw(each.BucketCounts)
		}
	case "summary":
		summary := made.SetEmptySummary()
		for _, each := range given.Points {
			put := summary.DataPoints().AppendEmpty()
			each.attributes(put.Attributes())
			put.SetFlags(pmetric.DataPointFlags(each.Flags))
			put.SetCount(each.Count)
			if each.Sum != nil {
				put.SetSum(*each.Sum)
			}
			for _, quantile := range each.Quantiles {
				at := put.QuantileValues().AppendEmpty()
				at.SetQuantile(quantile[0])
				at.SetValue(quantile[1])
			}
		}
	default:
		log.Fatalf("unknown type %q", given.Type)
	}
}

func (given metric) numbers(points pmetric.NumberDataPointSlice) {
	for _, each := range given.Points {
		put := points.AppendEmpty()
		each.attributes(put.Attributes())
		put.SetFlags(pmetric.DataPointFlags(each.Flags))
		if each.Double != nil {
			put.SetDoubleValue(*each.Double)
		} else if each.Int != nil {
			put.SetIntValue(*each.Int)
		}
	}
}

func (given point) attributes(into pcommon.Map) { put(into, given.Attributes) }

func put(into pcommon.Map, attributes map[string]any) {
	plain := map[string]any{}
	for key, value := range attributes {
		plain[key] = number(value, strings.HasPrefix(key, "dbl"))
	}
	if err := into.FromRaw(plain); err != nil {
		log.Fatal(err)
	}
}

// number turns whole numbers into integers, unless they stand under a key that says double.
func number(value any, double bool) any {
	switch value := value.(type) {
	case json.Number:
		if whole, err := value.Int64(); err == nil && !double {
			return whole
		}
		real, err := value.Float64()
		if err != nil {
			log.Fatal(err)
		}
		return real
	case []any:
		list := make([]any, len(value))
		for index, each := range value {
			list[index] = number(each, double)
		}
		return list
	case map[string]any:
		plain := map[string]any{}
		for key, each := range value {
			plain[key] = number(each, double)
		}
		return plain
	default:
		return value
	}
}

func (given data) metricItems(all pmetric.Metrics) []item[metricContext] {
	resource := all.ResourceMetrics().At(0)
	scope := resource.ScopeMetrics().At(0)
	items := []item[metricContext]{}
	for index, each := range given.Metrics {
		made := scope.Metrics().At(index)
		items = append(items, item[metricContext]{each.ID, newMetric(resource, scope, made), func() map[string]any {
			return parts(resource, made)
		}})
	}
	return items
}

func (given data) pointItems(all pmetric.Metrics) []item[pointContext] {
	resource := all.ResourceMetrics().At(0)
	scope := resource.ScopeMetrics().At(0)
	items := []item[pointContext]{}
	for index, each := range given.Metrics {
		made := scope.Metrics().At(index)
		for at, point := range each.Points {
			data, attributes := pointAt(made, at)
			items = append(items, item[pointContext]{point.ID, newPoint(resource, scope, made, data), func() map[string]any {
				now := parts(resource, made)
				now["attributes"] = raw(attributes().AsRaw())
				if data, ok := data.(pmetric.NumberDataPoint); ok {
					now["value_double"], now["value_int"] = nil, nil
					switch data.ValueType() {
					case pmetric.NumberDataPointValueTypeDouble:
						now["value_double"] = decimal(data.DoubleValue())
					case pmetric.NumberDataPointValueTypeInt:
						now["value_int"] = data.IntValue()
					}
				}
				return now
			}})
		}
	}
	return items
}

func pointAt(made pmetric.Metric, at int) (any, func() pcommon.Map) {
	switch made.Type() {
	case pmetric.MetricTypeGauge:
		point := made.Gauge().DataPoints().At(at)
		return point, point.Attributes
	case pmetric.MetricTypeSum:
		point := made.Sum().DataPoints().At(at)
		return point, point.Attributes
	case pmetric.MetricTypeHistogram:
		point := made.Histogram().DataPoints().At(at)
		return point, point.Attributes
	default:
		point := made.Summary().DataPoints().At(at)
		return point, point.Attributes
	}
}

func parts(resource pmetric.ResourceMetrics, made pmetric.Metric) map[string]any {
	return map[string]any{
		"resource":    raw(resource.Resource().Attributes().AsRaw()),
		"name":        made.Name(),
		"unit":        made.Unit(),
		"description": made.Description(),
	}
}
