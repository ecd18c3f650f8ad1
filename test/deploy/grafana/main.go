// Decodes a dashboard strictly, by Grafana's own types: a field that they lack, one that is missing, and a value of
// another type are errors. It reads the dashboard from its standard input.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func main() {
	known := cog.NewRuntime()
	known.RegisterPanelcfgVariant(stat.VariantConfig())
	known.RegisterPanelcfgVariant(timeseries.VariantConfig())
	known.RegisterDataqueryVariant(prometheus.VariantConfig())
	input, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = check(input)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(input []byte) error {
	var decoded dashboard.Dashboard
	// Without a fault, it is a list of none, which is an error all the same.
	if err := decoded.UnmarshalJSONStrict(input); err != nil && err.Error() != "" {
		return err
	}
	return decoded.Validate()
}
