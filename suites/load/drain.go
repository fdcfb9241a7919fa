package load

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
)

// A drain samples how effects follow acknowledgements.
type drain struct{}

func newDrain([]target.Probe, func(int) string, int64, func() time.Duration) *drain { return &drain{} }

func (d *drain) acked(int, time.Duration)  {}
func (d *drain) watch(ctx context.Context) { <-ctx.Done() }
func (d *drain) backlog() int              { return -1 }
func (d *drain) report() reports.Drain     { return reports.Drain{} }
