// Answers, for the Prometheus library of one Collector release, what regular expressions match and what
// relabeling rules make of label sets. Questions come as one JSON document on stdin, answers go as one to stdout,
// in the order of the questions. record_library.py asks.
package main

import (
	"encoding/json"
	"log"
	"os"
	"regexp"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

type questions struct {
	LabelSets map[string]map[string]string `json:"label_sets"`
	Regex     []regexCase                  `json:"regex"`
	Relabel   []relabelCase                `json:"relabel"`
}

type regexCase struct {
	Pattern string   `json:"pattern"`
	Inputs  []string `json:"inputs"`
}

type relabelCase struct {
	Rules string `json:"rules"`
	Set   string `json:"set"`
}

type regexAnswer struct {
	IsMatch      []bool `json:"is_match,omitempty"`
	IsMatchError string `json:"is_match_error,omitempty"`
	Relabel      []bool `json:"relabel,omitempty"`
	RelabelError string `json:"relabel_error,omitempty"`
}

type relabelAnswer struct {
	Error  string `json:"error,omitempty"`
	Keep   *bool  `json:"keep,omitempty"`
	Labels any    `json:"labels,omitempty"`
}

func matches(asked regexCase) (answer regexAnswer) {
	// As OTTL's IsMatch: Go's own package, unanchored.
	if compiled, err := regexp.Compile(asked.Pattern); err != nil {
		answer.IsMatchError = err.Error()
	} else {
		for _, input := range asked.Inputs {
			answer.IsMatch = append(answer.IsMatch, compiled.MatchString(input))
		}
	}
	// As a rule does: anchored by the library, through its own copy of the package.
	if compiled, err := relabel.NewRegexp(asked.Pattern); err != nil {
		answer.RelabelError = err.Error()
	} else {
		for _, input := range asked.Inputs {
			answer.Relabel = append(answer.Relabel, compiled.MatchString(input))
		}
	}
	return answer
}

func relabeled(asked relabelCase, sets map[string]map[string]string) relabelAnswer {
	rules, err := load(asked.Rules)
	if err != nil {
		return relabelAnswer{Error: err.Error()}
	}
	before := labels.FromMap(sets[asked.Set])
	builder := labels.NewBuilder(before)
	keep := relabel.ProcessBuilder(builder, rules...)
	answer := relabelAnswer{Keep: &keep}
	if !keep {
		return answer
	}
	if after := builder.Labels(); labels.Equal(before, after) {
		answer.Labels = "unchanged"
	} else {
		answer.Labels = after.Map()
	}
	return answer
}

func main() {
	var asked questions
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	answers := struct {
		Regex   []regexAnswer   `json:"regex"`
		Relabel []relabelAnswer `json:"relabel"`
	}{}
	for _, each := range asked.Regex {
		answers.Regex = append(answers.Regex, matches(each))
	}
	for _, each := range asked.Relabel {
		answers.Relabel = append(answers.Relabel, relabeled(each, asked.LabelSets))
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(answers); err != nil {
		log.Fatal(err)
	}
}
