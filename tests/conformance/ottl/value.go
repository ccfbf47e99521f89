package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// decimal is JSON for a double that cannot be taken for an integer; what JSON has no number for is a string.
func decimal(value float64) any {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return strconv.FormatFloat(value, 'g', -1, 64)
	}
	text := strconv.FormatFloat(value, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.Number(text)
}

// raw is a pdata value as JSON, doubles marked by their decimal point, bytes as `{"bytes": hex}`.
func raw(value any) any {
	switch value := value.(type) {
	case float64:
		return decimal(value)
	case []byte:
		return map[string]any{"bytes": hex.EncodeToString(value)}
	case map[string]any:
		made := map[string]any{}
		for key, each := range value {
			made[key] = raw(each)
		}
		return made
	case []any:
		made := make([]any, len(value))
		for index, each := range value {
			made[index] = raw(each)
		}
		return made
	default:
		return value
	}
}

// tagged is any value a converter may return, under the name of its type.
func tagged(value any) any {
	switch value := value.(type) {
	case nil:
		return map[string]any{"nil": nil}
	case string:
		return map[string]any{"string": value}
	case bool:
		return map[string]any{"bool": value}
	case int64:
		return map[string]any{"int": value}
	case float64:
		return map[string]any{"double": decimal(value)}
	case []byte:
		return map[string]any{"bytes": hex.EncodeToString(value)}
	case time.Time:
		return map[string]any{"time": value.Format(time.RFC3339Nano)}
	case time.Duration:
		return map[string]any{"duration": value.String()}
	case pcommon.Map:
		return map[string]any{"map": raw(value.AsRaw())}
	case pcommon.Slice:
		return map[string]any{"slice": raw(value.AsRaw())}
	case map[string]any:
		return map[string]any{"map": raw(value)}
	case []any:
		return map[string]any{"list": list(value)}
	case []string:
		return map[string]any{"strings": value}
	case pcommon.Value:
		return map[string]any{"value": raw(value.AsRaw())}
	case pcommon.TraceID:
		return map[string]any{"trace_id": value.String()}
	case pcommon.SpanID:
		return map[string]any{"span_id": value.String()}
	default:
		return map[string]any{"other": fmt.Sprintf("%T", value)}
	}
}

func list(values []any) []any {
	made := make([]any, len(values))
	for index, each := range values {
		made[index] = tagged(each)
	}
	return made
}
