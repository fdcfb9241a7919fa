package load

import (
	"sync"

	"github.com/hookassay/hookassay/mockprovider"
)

// A lane sends one delivery at a time and keeps what is costly to make.
type lane struct {
	press   *mockprovider.Press
	out     []byte
	carrier carrier
}

// lanes are as many as were ever needed at once. The one used last is taken
// first, so that few connections are kept busy rather than many idle.
type lanes struct {
	open func() *lane

	mu   sync.Mutex
	all  []*lane
	free []*lane
}

func (l *lanes) take() *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := len(l.free) - 1; last >= 0 {
		taken := l.free[last]
		l.free = l.free[:last]
		return taken
	}
	opened := l.open()
	l.all = append(l.all, opened)
	return opened
}

func (l *lanes) give(one *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, one)
}

// interrupt ends every exchange under way.
func (l *lanes) interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.carrier.interrupt()
	}
}

func (l *lanes) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.carrier.close()
	}
}
