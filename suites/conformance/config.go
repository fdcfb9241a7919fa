package conformance

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"

	"github.com/hookassay/hookassay/mockprovider/server"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// Version of the program, as reports name it.
var Version = "0.1.0-dev"

// Config says what to grade. URL, Scheme and Secret are needed, or Target
// instead of them. The zero value of everything else is its default.
type Config struct {
	URL    string
	Scheme string // standard-webhooks, github, cloudevents
	Secret string
	// Secrets beside it, where the receiver knows any: one that still counts
	// while secrets are rotated, one that counts no more, and one of another
	// endpoint of the same receiver.
	PreviousSecret, RevokedSecret, OtherSecret string
	// Effects tells how often the receiver has processed the event of that
	// id. Without it only answers are graded.
	Effects func(id string) int
	// EventsAPI is the producer's list of events, made with server.Listen, where
	// the receiver can be told its URL and token. The caller closes it.
	EventsAPI *server.Service

	Target *target.Target // instead of the fields above

	Profile     string   // core (the default), production, strict
	Only        []string // patterns of scenario ids, such as "auth.*"
	Exclude     []string
	Seed        int64
	Nonce       string // default: a fresh one
	Strict      bool   // recommendations fail too
	MustObserve []string

	Expectations string // file of known failures; see ReadExpectations
	Baseline     string // an earlier report of the same scheme
	FailOn       string // with Baseline: new (the default), or any

	// Repetition says which of so many Repetitions of the run this is, from 1.
	Repetition, Repetitions int

	Scenarios []scenarios.Scenario // more than the built-in ones
	// Command begins the commands that play the run, or one scenario, again;
	// --seed and --only follow. Again takes its place where it is set.
	Command string
	Again   Again

	Transcript io.Writer // gets a copy of the transcript as it is made
	IDs        io.Writer // gets every event's id before it is sent
	Progress   func(Progress)
}

// Again are the commands that play something again, as they stand.
type Again struct {
	All string // the run
	One string // one scenario; {scenario} stands for its id
}

// Progress tells how far a run is.
type Progress struct {
	Phase string // preflight, playing, alone, settling, or PhaseProcess
	Done  int
	Total int
	Now   string // the scenario just begun
}

// PhaseProcess is the phase of the scenarios that do something to the receiver's
// process: few, and each takes as long as many others.
const PhaseProcess = "crashes and outages"

// resolve makes the target where there is none and fills in defaults. Its
// errors are the user's to mend.
func (c Config) resolve() (Config, error) {
	if c.Target == nil {
		t, err := target.New(target.Settings{URL: c.URL, Scheme: c.Scheme, Secret: c.Secret})
		if err != nil {
			return c, err
		}
		c.Target = t
		for _, s := range [][2]string{{"previous", c.PreviousSecret}, {"revoked", c.RevokedSecret}, {"other", c.OtherSecret}} {
			if s[1] == "" {
				continue
			}
			if err := t.AddSecret(s[0], s[1], ""); err != nil {
				return c, err
			}
		}
	}
	if c.Effects != nil {
		withEffects := *c.Target
		withEffects.Probes = append(withEffects.Probes[:len(withEffects.Probes):len(withEffects.Probes)], target.Func(c.Effects))
		c.Target = &withEffects
	}
	if c.EventsAPI != nil {
		withAPI := *c.Target
		withAPI.EventsAPI = c.EventsAPI
		c.Target = &withAPI
	}
	if c.Profile == "" {
		c.Profile = "core"
	}
	if p, err := scenarios.FindProfile(c.Profile); err == nil { // an unknown one is the plan's to refuse
		c.Strict = c.Strict || p.Strict
	}
	if c.FailOn == "" {
		c.FailOn = reports.FailOnNew
	}
	if c.Nonce == "" {
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails
		c.Nonce = hex.EncodeToString(b[:])
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	if err := c.Target.Permit(); err != nil {
		return c, err
	}
	if len(c.Only) > 0 && len(c.Exclude) > 0 && equalLists(c.Only, c.Exclude) {
		return c, errors.New("--only and --exclude name the same scenarios: nothing is left to play")
	}
	return c, nil
}

func equalLists(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
