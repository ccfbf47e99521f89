// Records what Prometheus' histogram_quantile gives for classic buckets, into fixtures/conformance/quantile.json.
//
//	go run . > ../../../fixtures/conformance/quantile.json
//
// The first cases are chosen, the others seeded.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"strconv"

	"github.com/prometheus/prometheus/promql"
)

var quantiles = []float64{-0.5, 0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1, 1.5, math.NaN()}

var inf = math.Inf(1)

// Upper bound and cumulative count, in any order; a bound may come twice.
type bucket = [2]float64

var chosen = [][]bucket{
	{{1, 10}, {2, 30}, {inf, 40}},
	{{inf, 40}, {2, 30}, {1, 10}},
	{{1, 10}, {inf, 10}},
	{{inf, 10}},
	{{inf, 0}},
	{{1, 0}, {inf, 0}},
	{{1, 5}, {2, 10}},
	{{-1, 10}, {1, 20}, {inf, 30}},
	{{0, 10}, {1, 20}, {inf, 30}},
	{{math.Copysign(0, -1), 10}, {0, 5}, {1, 20}, {inf, 30}},
	{{-2, 1}, {-1, 10}, {inf, 10}},
	{{1, 5}, {1, 6}, {2, 20}, {inf, 20}, {inf, 5}},
	{{1, 10}, {2, 4}, {4, 20}, {inf, 20}},
	{{1, 10}, {2, 4}, {4, 3}, {inf, 2}},
	{{1, 0}, {2, 0}, {4, 9}, {8, 9}, {inf, 9}},
	{{1, 0}, {2, 0}, {4, 0}, {inf, 9}},
	{{1, 10}, {2, 10 + 1e-12}, {4, 20}, {inf, 20}},
	{{1, 10}, {2, 10 - 1e-12}, {4, 20}, {inf, 20}},
	{{1, 10}, {2, 10 + 1e-10}, {4, 20}, {inf, 20}},
	{{1, 1e15}, {2, 1e15 + 1}, {4, 1e15 + 4000}, {inf, 1e15 + 4000}},
	{{1, 0}, {2, 1e-320}, {4, 1}, {inf, 1}},
	{{0.005, 3}, {0.01, 7}, {0.025, 9}, {0.05, 10}, {inf, 10}},
	{{1, 0.1}, {2, 0.30000000000000004}, {4, 0.3}, {inf, 0.7}},
	{{1, math.NaN()}, {2, 4}, {inf, 4}},
	{{1, 3}, {2, math.NaN()}, {inf, 4}},
	{{1, 3}, {2, 4}, {inf, math.NaN()}},
	{{1, 3}, {2, inf}, {inf, inf}},
	{{math.Inf(-1), 3}, {2, 5}, {inf, 6}},
	{},
}

// What proxies and applications have.
var layouts = [][]float64{
	{1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1000, 2000, 3000, 4000, 5000, 10000, 20000, 30000, 40000, 50000, inf},
	{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, inf},
	{0.0005, 0.005, 0.05, 0.5, 1, 3, inf},
	{0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000, inf},
	{-10, -1, 0, 1, 10, inf},
}

func generated(random *rand.Rand) []bucket {
	layout := layouts[random.Intn(len(layouts))]
	var buckets []bucket
	count := 0.0
	for _, upper := range layout {
		if random.Intn(3) > 0 {
			count += float64(random.Intn(1 << random.Intn(20)))
		}
		buckets = append(buckets, bucket{upper, count})
	}
	// A series read a moment before the others.
	for range random.Intn(3) {
		at := random.Intn(len(buckets))
		buckets[at][1] = math.Max(0, buckets[at][1]-float64(random.Intn(20)))
	}
	if random.Intn(8) == 0 {
		for at := range buckets {
			buckets[at][1] /= 3
		}
	}
	return buckets
}

type row struct {
	Buckets   [][2]string `json:"buckets"`
	Quantiles [][2]string `json:"quantiles"`
}

func text(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }

func ask(buckets []bucket) row {
	asked := row{Buckets: [][2]string{}, Quantiles: [][2]string{}}
	for _, bucket := range buckets {
		asked.Buckets = append(asked.Buckets, [2]string{text(bucket[0]), text(bucket[1])})
	}
	for _, q := range quantiles {
		// It sorts and corrects what it is given. The engine never asks about no buckets at all.
		var given promql.Buckets
		for _, bucket := range buckets {
			given = append(given, promql.Bucket{UpperBound: bucket[0], Count: bucket[1]})
		}
		if len(given) == 0 {
			continue
		}
		value, _, _, _, _, _ := promql.BucketQuantile(q, given)
		asked.Quantiles = append(asked.Quantiles, [2]string{text(q), text(value)})
	}
	return asked
}

func main() {
	random := rand.New(rand.NewSource(5))
	all := chosen
	for range 300 {
		all = append(all, generated(random))
	}
	fmt.Println("[")
	for at, buckets := range all {
		line, err := json.Marshal(ask(buckets))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		end := ","
		if at == len(all)-1 {
			end = ""
		}
		fmt.Printf("%s%s\n", line, end)
	}
	fmt.Println("]")
}
