//go:build r0_156_0

package main

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
	"go.yaml.in/yaml/v2"
)

// A scrape config that names no scheme allows UTF-8.
func load(text string) (rules []*relabel.Config, err error) {
	if err = yaml.UnmarshalStrict([]byte(text), &rules); err != nil {
		return nil, err
	}
	for _, rule := range rules {
		if err = rule.Validate(model.UTF8Validation); err != nil {
			return nil, err
		}
	}
	return rules, nil
}
