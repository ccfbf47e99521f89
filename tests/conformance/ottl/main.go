// Answers, for the OTTL library of one Collector release, what conditions say of metrics and datapoints, what
// statements change, and what converters return. Questions come as one JSON document on stdin, answers go as one
// to stdout, in the order of the questions. record_library.py asks.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
)

type questions struct {
	Data       data   `json:"data"`
	Conditions []text `json:"conditions"`
	Statements []text `json:"statements"`
	Converters []text `json:"converters"`
}

type text struct {
	Context string `json:"context"`
	Text    string `json:"text"`
}

type answer struct {
	CompileError string         `json:"compile_error,omitempty"`
	Results      map[string]any `json:"results,omitempty"`
	Panic        string         `json:"panic,omitempty"`
}

// An item is a metric or a datapoint with the context the library gives it.
type item[K any] struct {
	id      string
	context K
	parts   func() map[string]any
}

var settings = component.TelemetrySettings{Logger: zap.NewNop()}

// guarded keeps the words of a library that panics.
func guarded(work func() answer) (result answer) {
	defer func() {
		if cause := recover(); cause != nil {
			result = answer{Panic: fmt.Sprint(cause)}
		}
	}()
	return work()
}

func condition[K any](parser ottl.Parser[K], items []item[K], asked string) answer {
	return guarded(func() answer {
		compiled, err := parser.ParseCondition(asked)
		if err != nil {
			return answer{CompileError: err.Error()}
		}
		results := map[string]any{}
		for _, each := range items {
			if holds, err := compiled.Eval(context.Background(), each.context); err != nil {
				results[each.id] = err.Error()
			} else {
				results[each.id] = holds
			}
		}
		return answer{Results: results}
	})
}

func statement[K any](parser ottl.Parser[K], items []item[K], asked string) answer {
	return guarded(func() answer {
		compiled, err := parser.ParseStatement(asked)
		if err != nil {
			return answer{CompileError: err.Error()}
		}
		results := map[string]any{}
		for _, each := range items {
			before := each.parts()
			_, ran, err := compiled.Execute(context.Background(), each.context)
			switch {
			case err != nil:
				results[each.id] = err.Error()
			case !ran:
				results[each.id] = false
			default:
				results[each.id] = changes(before, each.parts())
			}
		}
		return answer{Results: results}
	})
}

func changes(before, after map[string]any) map[string]any {
	changed := map[string]any{}
	for part, value := range after {
		if encode(value) != encode(before[part]) {
			changed[part] = value
		}
	}
	return changed
}

func encode(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		log.Fatal(err)
	}
	return string(out)
}

// captured is where the editor `capture` leaves the value of its argument.
var captured any

type captureArguments[K any] struct {
	Value ottl.Getter[K]
}

func capture[K any]() ottl.Factory[K] {
	return ottl.NewFactory("capture", &captureArguments[K]{}, func(_ ottl.FunctionContext, arguments ottl.Arguments) (ottl.ExprFunc[K], error) {
		value := arguments.(*captureArguments[K]).Value
		return func(ctx context.Context, item K) (any, error) {
			got, err := value.Get(ctx, item)
			captured = got
			return nil, err
		}, nil
	})
}

func converter[K any](parser ottl.Parser[K], items []item[K], asked string) answer {
	return guarded(func() answer {
		compiled, err := parser.ParseStatement("capture(" + asked + ")")
		if err != nil {
			return answer{CompileError: err.Error()}
		}
		results := map[string]any{}
		for _, each := range items {
			captured = nil
			if _, _, err := compiled.Execute(context.Background(), each.context); err != nil {
				results[each.id] = map[string]any{"error": err.Error()}
			} else {
				results[each.id] = tagged(captured)
			}
		}
		return answer{Results: results}
	})
}

func eachCase[K any](
	asked text,
	parser func(kind) ottl.Parser[K],
	items func(pmetric.Metrics) []item[K],
	given data,
	what kind,
) answer {
	made, fresh := parser(what), items(given.metrics())
	switch what {
	case conditions:
		return condition(made, fresh, asked.Text)
	case statements:
		return statement(made, fresh, asked.Text)
	default:
		return converter(made, fresh, asked.Text)
	}
}

type kind int

const (
	conditions kind = iota
	statements
	converters
)

func answers(asked []text, given data, what kind) []answer {
	all := []answer{}
	for _, each := range asked {
		if each.Context == "metric" {
			all = append(all, eachCase(each, metricParser, given.metricItems, given, what))
		} else {
			all = append(all, eachCase(each, pointParser, given.pointItems, given, what))
		}
	}
	return all
}

func main() {
	var asked questions
	decoder := json.NewDecoder(os.Stdin)
	decoder.UseNumber()
	if err := decoder.Decode(&asked); err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	err := out.Encode(map[string]any{
		"conditions": answers(asked.Conditions, asked.Data, conditions),
		"statements": answers(asked.Statements, asked.Data, statements),
		"converters": answers(asked.Converters, asked.Data, converters),
	})
	if err != nil {
		log.Fatal(err)
	}
}
