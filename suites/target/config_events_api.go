package target

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/server"
)

// EventsAPIConfig is where the producer's list of events is served, from which
// a receiver that missed deliveries catches up.
type EventsAPIConfig struct {
	Listen string `yaml:"listen"` // host:port
	Token  EnvRef `yaml:"token"`  // what callers send; without it one is made for the run
	// Within is how long the receiver may take to find there what it lacks;
	// default defaultReconciled.
	Within mockprovider.Duration `yaml:"within"`
}

// defaultReconciled is long enough for a receiver that asks when it starts, and
// for one that asks twice a minute.
const defaultReconciled = mockprovider.Duration(time.Minute)

const eventsAPIKey = "events.api"

func (c Config) checkEventsAPI() error {
	api := c.Events.API
	if api == nil {
		return nil
	}
	if _, _, err := net.SplitHostPort(api.Listen); err != nil {
		return c.at(eventsAPIKey, fmt.Errorf("listen is %q; write host:port, such as 127.0.0.1:9500", api.Listen))
	}
	switch {
	case api.Token.Env != "":
		return c.at(eventsAPIKey+".token", checkEnvName(api.Token.Env))
	case !c.has("process.start"):
		return c.at(eventsAPIKey, errors.New("a token made for the run is told only to a receiver that we start (process.start): give one, as in token: {env: EVENTS_TOKEN}"))
	}
	return nil
}

// eventsAPI opens the list; nil where none is asked for.
func (c Config) eventsAPI() (*server.Service, error) {
	api := c.Events.API
	if api == nil {
		return nil, nil
	}
	token := ""
	if name := api.Token.Env; name != "" {
		var err error
		if token, err = c.readEnv(name, "the token that callers send"); err != nil {
			return nil, c.at(eventsAPIKey, err)
		}
	}
	s, err := server.Listen(api.Listen, token)
	return s, c.at(eventsAPIKey, err)
}

// eventsEnv tells a receiver that we start where the list is, and the token.
func (t *Target) eventsEnv() []string {
	if t.EventsAPI == nil {
		return nil
	}
	return t.EventsAPI.Environment()
}

func (t *Target) closeEventsAPI() error {
	if t.EventsAPI == nil {
		return nil
	}
	return t.EventsAPI.Close()
}
