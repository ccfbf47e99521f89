// Answers, for the configuration resolver of one Collector release, what becomes of `$` in strings. Questions come
// as one JSON document on stdin, answers go as one to stdout, in the order of the questions. record_confmap.py asks.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
)

type questions struct {
	Environment map[string]string `json:"environment"`
	Cases       []question        `json:"cases"`
}

type question struct {
	Value string `json:"value"`
	Place string `json:"place"`
}

// given hands out one value as if a configuration file had held it.
type given struct{ value any }

func (provider given) Retrieve(context.Context, string, confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return confmap.NewRetrieved(map[string]any{"key": provider.value})
}

func (given) Scheme() string { return "given" }

func (given) Shutdown(context.Context) error { return nil }

func resolved(asked question) (answer map[string]any) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = map[string]any{"panic": fmt.Sprint(cause)}
		}
	}()
	var value any = asked.Value
	if asked.Place == "list" {
		value = []any{asked.Value}
	}
	settings := settings(func() confmap.Provider { return given{value} })
	settings.URIs = []string{"given:"}
	settings.ProviderFactories = append(settings.ProviderFactories, envprovider.NewFactory())
	resolver, err := confmap.NewResolver(settings)
	if err != nil {
		log.Fatal(err)
	}
	conf, err := resolver.Resolve(context.Background())
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return map[string]any{"error": first}
	}
	value = conf.ToStringMap()["key"]
	if list, ok := value.([]any); ok && asked.Place == "list" {
		value = list[0]
	}
	return map[string]any{"value": value}
}

func main() {
	var asked questions
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	os.Clearenv()
	for name, value := range asked.Environment {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	answers := []map[string]any{}
	for _, each := range asked.Cases {
		answers = append(answers, resolved(each))
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(answers); err != nil {
		log.Fatal(err)
	}
}
