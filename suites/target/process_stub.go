package target

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

type ProcessOptions struct {
	WithoutSecret bool
	Clock         time.Duration
}
type Process struct{}

func (p *Process) Can(action string) bool { return false }
func (p *Process) CanHideSecret() bool    { return false }
func (p *Process) CanShiftClock() bool    { return false }
func (p *Process) Do(ctx context.Context, action string, o ProcessOptions) transcript.Process {
	return transcript.Process{}
}
func (p *Process) Running() bool              { return false }
func (p *Process) Ended() <-chan struct{}     { return nil }
func (p *Process) Close() *transcript.Process { return nil }
