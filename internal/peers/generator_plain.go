package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const plainName = "plain Vegeta"

// plainVegeta is what a user of Vegeta's library would write. It is this
// program, run again.
func (b *bench) plainVegeta() *tool {
	return &tool{
		name: plainName, sends: signed,
		version: fmt.Sprintf("%s, Standard Webhooks %s", libraryVersion(vegetaModule),
			libraryVersion("github.com/standard-webhooks/standard-webhooks/libraries")),
		command: func(j job, url string) (*exec.Cmd, error) {
			if j.rate != 0 {
				return nil, fmt.Errorf("%s plays a closed loop only", plainName)
			}
			return exec.Command(b.self, "as-plain-vegeta", url, strconv.Itoa(j.inFlight), j.lasts.String()), nil
		},
	}
}

// attackPlain hits a URL as fast as the workers can; its arguments are the
// URL, their number and how long.
func attackPlain(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("as-plain-vegeta URL WORKERS DURATION")
	}
	workers, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	lasts, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	targeter, err := signingTargeter(args[0])
	if err != nil {
		return err
	}
	attacker := vegeta.NewAttacker(vegeta.Workers(uint64(workers)), vegeta.MaxWorkers(uint64(workers)), vegeta.Connections(workers))
	for result := range attacker.Attack(targeter, unpaced{}, lasts, "") {
		if result.Code != http.StatusAccepted {
			attacker.Stop()
			return fmt.Errorf("answered %d %s", result.Code, result.Error)
		}
	}
	return nil
}

// signingTargeter makes a new event for every hit.
func signingTargeter(url string) (vegeta.Targeter, error) {
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	var n atomic.Int64
	template := []byte(body)
	return func(t *vegeta.Target) error {
		id := fmt.Sprintf("msg_hookassay%026d", n.Add(1))
		body := bytes.Replace(template, []byte(`"in_hookassay"`), []byte(`"`+id+`"`), 1)
		now := time.Now()
		signature, err := wh.Sign(id, now, body)
		if err != nil {
			return err
		}
		t.Method, t.URL, t.Body = http.MethodPost, url, body
		t.Header = http.Header{
			"User-Agent": {"hookassay"}, "Content-Type": {"application/json"}, "Webhook-Id": {id},
			"Webhook-Timestamp": {fmt.Sprint(now.Unix())}, "Webhook-Signature": {signature},
		}
		return nil
	}, nil
}

// unpaced lets every hit go at once.
type unpaced struct{}

func (unpaced) Pace(time.Duration, uint64) (time.Duration, bool) { return 0, false }
func (unpaced) Rate(time.Duration) float64                       { return 0 }
