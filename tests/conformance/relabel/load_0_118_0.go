//go:build r0_118_0

package main

import (
	"github.com/prometheus/prometheus/model/relabel"
	"gopkg.in/yaml.v2"
)

// Names are validated by the scheme that prometheus/common of this Collector release has as its default.
func load(text string) (rules []*relabel.Config, err error) {
	err = yaml.UnmarshalStrict([]byte(text), &rules)
	return rules, err
}
