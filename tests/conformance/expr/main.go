// Answers, for the expressions of `match_type: expr` of one Collector release, what they say of points. Questions
// come as one JSON document on stdin, answers go as one to stdout, in the order of the questions. record_library.py
// asks.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/open-telemetry/opentelemetry-collector-contrib/internal/filter/filterexpr"
)

type questions struct {
	Points      []point  `json:"points"`
	Expressions []string `json:"expressions"`
}

// A point is alone in its metric.
type point struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Attributes map[string]any `json:"attributes"`
}

type answer struct {
	CompileError string         `json:"compile_error,omitempty"`
	Results      map[string]any `json:"results,omitempty"`
}

func (p point) metric() pmetric.Metric {
	made := pmetric.NewMetric()
	made.SetName(p.Name)
	var err error
	switch p.Type {
	case "gauge":
		err = made.SetEmptyGauge().DataPoints().AppendEmpty().Attributes().FromRaw(p.Attributes)
	case "sum":
		err = made.SetEmptySum().DataPoints().AppendEmpty().Attributes().FromRaw(p.Attributes)
	case "histogram":
		err = made.SetEmptyHistogram().DataPoints().AppendEmpty().Attributes().FromRaw(p.Attributes)
	case "exponential_histogram":
		err = made.SetEmptyExponentialHistogram().DataPoints().AppendEmpty().Attributes().FromRaw(p.Attributes)
	case "summary":
		err = made.SetEmptySummary().DataPoints().AppendEmpty().Attributes().FromRaw(p.Attributes)
	default:
		err = fmt.Errorf("no type %q", p.Type)
	}
	if err != nil {
		log.Fatal(err)
	}
	return made
}

// result is the truth value, `value` with type and text of what is none, or `error`.
func result(matcher *filterexpr.Matcher, made pmetric.Metric) any {
	matched, err := matcher.MatchMetric(made)
	if err == nil {
		return matched
	}
	text, other := strings.CutPrefix(err.Error(), "filter returned non-boolean value ")
	end := strings.LastIndex(text, " metric=")
	if !other || end < 0 {
		return map[string]string{"error": strings.SplitN(err.Error(), "\n", 2)[0]}
	}
	return map[string]string{"value": text[:end]}
}

func main() {
	var asked questions
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	for _, each := range asked.Points {
		for key, value := range each.Attributes {
			if number, ok := value.(float64); ok {
				each.Attributes[key] = int64(number)
			}
		}
	}
	answers := []answer{}
	for _, expression := range asked.Expressions {
		matcher, err := filterexpr.NewMatcher(expression)
		if err != nil {
			answers = append(answers, answer{CompileError: strings.SplitN(err.Error(), "\n", 2)[0]})
			continue
		}
		results := map[string]any{}
		for _, each := range asked.Points {
			results[each.ID] = result(matcher, each.metric())
		}
		answers = append(answers, answer{Results: results})
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(map[string]any{"expressions": answers}); err != nil {
		log.Fatal(err)
	}
}
