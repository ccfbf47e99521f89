// Records what the real translators make of names, for tests/conformance_naming.rs.
//
// Two releases at once: pkg/translator/prometheus 0.118.0 is what the exporters of 0.118.0 name
// metrics and labels with, otlptranslator 1.0.0 what those of 0.156.0 do. The names come from a
// seeded generator, so that a second run writes the same file:
//
//	go run . > ../../../fixtures/conformance/naming.json
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strings"

	old "github.com/open-telemetry/opentelemetry-collector-contrib/pkg/translator/prometheus"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

var pieces = []string{
	"a", "b", "http", "bytes", "total", "total", "seconds", "ratio", "per", "second", "count", "sum", "x9", "9", "42",
	"_", "_", "_", "_", "__", ".", ":", "-", "/", " ", "é", "ß", "Ж", "日", "٣", "²", "ª", "ͅ", "Ⅷ", "°", "$",
}

var units = []string{
	"", "", "", "1", "s", "ms", "By", "By/s", "{packets}", "{a}/s", "m/s", "%", "/s", "s/", " By\t", "By/ s ", "1/s",
	"seconds", "bytes", "requests", "km/h", "°F", "__test $/°C", "a:b", "a.b/c.d", "Ж/ß", "_", "__/__", "total", "per/per",
	"/", "//", "By/s/m", "{x", "ratio", "KiBy/d", "a__b", "9", "w/w", "s/{a}", "second/second",
}

var namespaces = []string{"", "", "", "mesh", "l5d-mesh", "9x", "_", "a__b", "é", "a:b", "-"}

var labels = []string{"", "_", "__", "___", "____", "_____", "__a__", "__a.b__", "__9__", "___a___", "key", "a.b-c", "a__b", "1x", "_x", "__foo", "-", "--", "--a--", "é", "__é__", "٣", "²", "a:b"}

func text(random *rand.Rand, most int) string {
	var b strings.Builder
	for n := random.Intn(most + 1); n > 0; n-- {
		b.WriteString(pieces[random.Intn(len(pieces))])
	}
	return b.String()
}

// metric has the type that the code names: 0 is a gauge, 1 a counter, 2 a sum that may fall, 3 a histogram.
func metric(name, unit string, kind int) (pmetric.Metric, otlptranslator.MetricType) {
	m := pmetric.NewMetric()
	m.SetName(name)
	m.SetUnit(unit)
	switch kind {
	case 0:
		m.SetEmptyGauge()
		return m, otlptranslator.MetricTypeGauge
	case 1:
		m.SetEmptySum().SetIsMonotonic(true)
		return m, otlptranslator.MetricTypeMonotonicCounter
	case 2:
		m.SetEmptySum()
		return m, otlptranslator.MetricTypeNonMonotonicCounter
	}
	m.SetEmptyHistogram()
	return m, otlptranslator.MetricTypeHistogram
}

// orNull is null where the translator answers with an error.
func orNull(text string, err error) any {
	if err != nil {
		return nil
	}
	return text
}

func main() {
	random := rand.New(rand.NewSource(20261121))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	line := func(comma string, row ...any) {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		fmt.Fprint(out, comma)
		if err := encoder.Encode(row); err != nil {
			panic(err)
		}
	}
	fmt.Fprintln(out, `{"metrics": [`)
	for i := 0; i < 4000; i++ {
		name, unit := text(random, 6), units[random.Intn(len(units))]
		if random.Intn(4) == 0 {
			unit = text(random, 3)
		}
		kind, namespace, suffixes := random.Intn(4), namespaces[random.Intn(len(namespaces))], random.Intn(3) > 0
		m, newType := metric(name, unit, kind)
		was := old.BuildCompliantName(m, namespace, suffixes)
		translate := func(utf8 bool) any {
			namer := otlptranslator.MetricNamer{Namespace: namespace, WithMetricSuffixes: suffixes, UTF8Allowed: utf8}
			return orNull(namer.Build(otlptranslator.Metric{Name: name, Unit: unit, Type: newType}))
		}
		comma := ","
		if i == 0 {
			comma = ""
		}
		line(comma, name, unit, kind, namespace, suffixes, was, translate(false), translate(true))
	}
	fmt.Fprintln(out, `], "labels": [`)
	for i := 0; i < 1500; i++ {
		label := text(random, 5)
		if i < len(labels) {
			label = labels[i]
		}
		if random.Intn(5) == 0 {
			label = "__" + label + "__"
		}
		translate := func(namer otlptranslator.LabelNamer) any { return orNull(namer.Build(label)) }
		comma := ","
		if i == 0 {
			comma = ""
		}
		line(comma, label, old.NormalizeLabel(label),
			translate(otlptranslator.LabelNamer{UnderscoreLabelSanitization: true}),
			translate(otlptranslator.LabelNamer{PreserveMultipleUnderscores: true}),
			translate(otlptranslator.LabelNamer{UTF8Allowed: true}))
	}
	fmt.Fprintln(out, "]}")
}
