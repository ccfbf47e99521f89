// Answers what Prometheus' Kubernetes discovery finds in a cluster, and which targets its scrape manager makes of
// that. Questions come as one JSON document on stdin: clusters (lists of objects by name), and cases, each a
// cluster and a Prometheus configuration. The same document goes to stdout, with an answer in each case.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/url"
	"os"
	"sort"
	"time"

	prom "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

type document struct {
	About    string              `json:"about"`
	Clusters map[string][]object `json:"clusters"`
	Cases    []testCase          `json:"cases"`
}

type testCase struct {
	Name    string `json:"name"`
	Cluster string `json:"cluster"`
	Config  string `json:"config"`
	Error   string `json:"error,omitempty"`
	Jobs    []job  `json:"jobs,omitempty"`
}

type job struct {
	Name string `json:"name"`
	// Labels of each raw target, those of its group included.
	Discovered []set `json:"discovered"`
	// All labels of each target that is scraped, the hidden ones included.
	Active []active `json:"active"`
	// Labels of each raw target that relabeling dropped, before it, with what the job adds.
	Dropped []set `json:"dropped"`
}

type active struct {
	URL string `json:"url"`
	// Those that every sample gets.
	Labels set `json:"labels"`
}

type set map[string]string

type nothing struct{}

func (nothing) AppenderV2(context.Context) storage.AppenderV2 { return nothing{} }
func (nothing) Append(storage.SeriesRef, labels.Labels, int64, int64, float64, *histogram.Histogram, *histogram.FloatHistogram, storage.AOptions) (storage.SeriesRef, error) {
	return 0, nil
}
func (nothing) Commit() error   { return nil }
func (nothing) Rollback() error { return nil }

func main() {
	var asked document
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	for at := range asked.Cases {
		one := &asked.Cases[at]
		one.Jobs, one.Error = nil, ""
		if err := answer(one, asked.Clusters[one.Cluster]); err != nil {
			one.Error = err.Error()
		}
		log.Printf("%s: %d jobs %s", one.Name, len(one.Jobs), one.Error)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(asked); err != nil {
		log.Fatal(err)
	}
}

func answer(one *testCase, objects []object) error {
	loaded, err := config.Load(one.Config, nil)
	if err != nil {
		return err
	}
	api := serve(objects)
	defer api.Close()
	address, err := url.Parse(api.URL)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	groups := map[string][]*targetgroup.Group{}
	for _, scraped := range loaded.ScrapeConfigs {
		found := []*targetgroup.Group{}
		for _, source := range scraped.ServiceDiscoveryConfigs {
			switch source := source.(type) {
			case discovery.StaticConfig:
				found = append(found, source...)
			case *kubernetes.SDConfig:
				source.APIServer.URL = address
				of, err := discover(ctx, source)
				if err != nil {
					return err
				}
				found = append(found, of...)
			default:
				return errors.New("no recording of " + source.Name())
			}
		}
		groups[scraped.JobName] = found
	}
	registry := prom.NewRegistry()
	options := scrape.Options{DiscoveryReloadInterval: model.Duration(5 * time.Millisecond)}
	manager, err := scrape.NewManager(&options, nil, nil, nil, nothing{}, registry)
	if err != nil {
		return err
	}
	if err := manager.ApplyConfig(loaded); err != nil {
		return err
	}
	sets := make(chan map[string][]*targetgroup.Group)
	go manager.Run(sets)
	sets <- groups
	time.Sleep(300 * time.Millisecond)
	builder := labels.NewBuilder(labels.EmptyLabels())
	for _, scraped := range loaded.ScrapeConfigs {
		of := job{Name: scraped.JobName, Discovered: []set{}, Active: []active{}, Dropped: []set{}}
		for _, group := range groups[scraped.JobName] {
			for _, target := range group.Targets {
				all := set{}
				for name, value := range group.Labels {
					all[string(name)] = string(value)
				}
				for name, value := range target {
					all[string(name)] = string(value)
				}
				of.Discovered = append(of.Discovered, all)
			}
		}
		for _, target := range manager.TargetsActive()[scraped.JobName] {
			of.Active = append(of.Active, active{target.URL().String(), setOf(target.Labels(builder))})
		}
		for _, target := range manager.TargetsDropped()[scraped.JobName] {
			of.Dropped = append(of.Dropped, setOf(target.DiscoveredLabels(builder)))
		}
		sortBy(of.Discovered, func(one set) any { return one })
		sortBy(of.Active, func(one active) any { return []any{one.URL, one.Labels} })
		sortBy(of.Dropped, func(one set) any { return one })
		one.Jobs = append(one.Jobs, of)
	}
	manager.Stop()
	return nil
}

// What a discovery sends until it has been quiet for a while; of each source the last.
func discover(ctx context.Context, source *kubernetes.SDConfig) ([]*targetgroup.Group, error) {
	registry := prom.NewRegistry()
	refresh := discovery.NewRefreshMetrics(registry)
	metrics := source.NewDiscovererMetrics(registry, refresh)
	if err := metrics.Register(); err != nil {
		return nil, err
	}
	discoverer, err := source.NewDiscoverer(discovery.DiscovererOptions{Metrics: metrics})
	if err != nil {
		return nil, err
	}
	sent := make(chan []*targetgroup.Group)
	go discoverer.Run(ctx, sent)
	last := map[string]*targetgroup.Group{}
	for {
		select {
		case groups := <-sent:
			for _, group := range groups {
				last[group.Source] = group
			}
		case <-time.After(700 * time.Millisecond):
			all := []*targetgroup.Group{}
			for _, group := range last {
				all = append(all, group)
			}
			sort.Slice(all, func(a, b int) bool { return all[a].Source < all[b].Source })
			return all, nil
		}
	}
}

func setOf(of labels.Labels) set {
	all := set{}
	of.Range(func(label labels.Label) { all[label.Name] = label.Value })
	return all
}

func sortBy[T any](list []T, key func(T) any) {
	text := func(at int) string {
		encoded, _ := json.Marshal(key(list[at]))
		return string(encoded)
	}
	sort.Slice(list, func(a, b int) bool { return text(a) < text(b) })
}
