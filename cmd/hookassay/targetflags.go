package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// targetFlags are the flags of every command that sends to a target.
type targetFlags struct {
	config        string
	file          target.Config // what the file says, once it is loaded
	over          target.Overrides
	behindProxy   bool
	dedicatedEdge bool
}

func (t *targetFlags) flags(cmd *cobra.Command) {
	f, o := cmd.Flags(), &t.over
	f.StringVarP(&t.config, "config", "c", "", "file that describes the target (default hookassay.yaml, where there is one)")
	f.StringVarP(&o.URL, "target", "t", "", "URL of the receiver, such as http://127.0.0.1:8080/webhooks")
	f.StringVarP(&o.Scheme, "scheme", "s", "", "how deliveries are signed: "+strings.Join(mockprovider.SchemeNames(), ", ")+", or FILE.yaml of your own")
	f.StringVar(&o.SecretEnv, "secret-env", "", "environment variable that holds the receiver's secret")
	f.StringVar(&o.SecretFile, "secret-file", "", "file that holds the receiver's secret")
	f.StringVar(&o.PreviousSecret, "previous-secret", "", "env:NAME or file:PATH of the secret before it, which still counts")
	f.StringVar(&o.RevokedSecret, "revoked-secret", "", "env:NAME or file:PATH of a secret that counts no more")
	f.StringVar(&o.OtherSecret, "other-secret", "", "env:NAME or file:PATH of the secret of another endpoint of the same receiver")
	f.DurationVar(&o.TolerancePast, "tolerance-past", 0, "how old a timestamp the receiver accepts (default the scheme's)")
	f.DurationVar(&o.ToleranceFuture, "tolerance-future", 0, "how far ahead a timestamp the receiver accepts (default the scheme's)")
	f.StringVar(&o.Rejects, "rejects", "", "how the receiver refuses: status, or silent when it answers 2xx to everything")
	f.BoolVar(&t.behindProxy, "behind-proxy", false, "what HTTP itself requires is only reported")
	f.StringVar(&o.Origin, "origin", "", "WebHook-Request-Origin that the receiver grants (CloudEvents)")
	f.StringToStringVar(&o.Headers, "header", nil, "header for every request, NAME=VALUE; env:NAME reads a secret one")
	f.StringVar(&o.CA, "ca", "", "file of certificates to trust")
	f.StringVar(&o.Resolve, "resolve", "", "IP:PORT to connect to instead of the URL's host")
	f.StringVar(&o.EffectsHTTP, "effects-http", "", "URL that tells how often events were processed; {id} stands for the event's id")
	f.StringVar(&o.EffectsPointer, "effects-pointer", "", `JSON pointer of the count in its answer, such as "/{id}"`)
	f.StringVar(&o.EffectsCallback, "effects-callback", "", `HOST:PORT to listen on for POST {"id": …} from the receiver's worker`)
	f.StringVar(&o.CallbackTokenEnv, "callback-token-env", "", "environment variable with the token those calls must carry")
	f.StringVar(&o.EventsFiles, "events", "", "pattern of files with your own events")
	f.StringVar(&o.EventsID, "events-id", "", "JSON pointer of the id in them")
	f.StringVar(&o.EventsType, "events-type", "", "JSON pointer of the type in them")
	f.StringToStringVar(&o.EventsSet, "events-set", nil, `fresh values in them, POINTER=TEXT with {canary}, {now}, {now_unix}, {id}`)
	f.StringSliceVar(&o.EventsFree, "events-free", nil, "JSON pointers under which extra fields may be put")
	f.StringSliceVar(&o.EventsHandled, "events-handled", nil, "types that have an effect")
	f.StringVar(&o.Dedupe, "dedupe", "", "what the receiver recognises duplicates by: event, or business for a key in the payload")
	f.BoolVar(&t.dedicatedEdge, "dedicated-edge", false, "nobody else is behind the proxy in front of the target")
	f.StringVar(&o.Consent, "consent", "", "host whose owner agrees to be sent forged and malformed deliveries")
	f.StringVar(&o.MaxRisk, "max-risk", "", "safe, stateful, disruptive or hostile")
	f.IntVar(&o.Requests, "requests", 0, "at most so many requests in all")
	f.IntVar(&o.Concurrency, "concurrency", 0, "scenarios played at once")
	f.DurationVar(&o.Wait, "wait", 0, "wait so long for a receiver that is still starting")
	f.DurationVar(&o.AnswerTimeout, "answer-timeout", 0, "longest wait for an answer (default 10s)")
	f.BoolVar(&o.NoExec, "no-exec", false, "refuse a file that runs commands, as for one from a stranger")
	f.DurationVar(&o.EffectTimeout, "effect-timeout", 0, "longest wait for an effect (default 5s)")
}

const defaultConfig = "hookassay.yaml"

// load reads the file, where there is one.
func (t *targetFlags) load() (err error) {
	name := t.config
	if name == "" {
		if _, err := os.Stat(defaultConfig); err == nil {
			name = defaultConfig
		}
	}
	if name != "" {
		t.file, err = target.LoadConfig(name, os.LookupEnv)
	}
	return err
}

// target makes the target; the function returned closes its probes.
func (t *targetFlags) target(cmd *cobra.Command) (*target.Target, func() error, error) {
	if cmd.Flags().Changed("behind-proxy") {
		t.over.BehindProxy = &t.behindProxy
	}
	if cmd.Flags().Changed("dedicated-edge") {
		t.over.DedicatedEdge = &t.dedicatedEdge
	}
	for name, n := range map[string]int{"requests": t.over.Requests, "concurrency": t.over.Concurrency} {
		if cmd.Flags().Changed(name) && n < 1 {
			return nil, nil, fmt.Errorf("--%s %d: at least 1", name, n)
		}
	}
	if err := t.load(); err != nil {
		return nil, nil, err
	}
	return t.file.Target(t.over)
}

// command begins the command that plays a scenario of this target again.
func (t *targetFlags) command(verb string) string {
	words := []string{"hookassay", verb}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, quote(value))
		}
	}
	duration := func(flag string, d time.Duration) {
		if d != 0 {
			add(flag, d.String())
		}
	}
	o := t.over
	add("--config", t.config)
	add("--target", o.URL)
	add("--scheme", o.Scheme)
	add("--secret-env", o.SecretEnv)
	add("--secret-file", o.SecretFile)
	add("--previous-secret", o.PreviousSecret)
	add("--revoked-secret", o.RevokedSecret)
	add("--other-secret", o.OtherSecret)
	duration("--tolerance-past", o.TolerancePast)
	duration("--tolerance-future", o.ToleranceFuture)
	add("--rejects", o.Rejects)
	add("--origin", o.Origin)
	add("--ca", o.CA)
	add("--resolve", o.Resolve)
	add("--effects-http", o.EffectsHTTP)
	add("--effects-pointer", o.EffectsPointer)
	add("--effects-callback", o.EffectsCallback)
	add("--callback-token-env", o.CallbackTokenEnv)
	add("--events", o.EventsFiles)
	add("--events-id", o.EventsID)
	add("--events-type", o.EventsType)
	for _, pointer := range slices.Sorted(maps.Keys(o.EventsSet)) {
		add("--events-set", pointer+"="+o.EventsSet[pointer])
	}
	add("--events-free", strings.Join(o.EventsFree, ","))
	add("--events-handled", strings.Join(o.EventsHandled, ","))
	for _, name := range slices.Sorted(maps.Keys(o.Headers)) {
		add("--header", name+"="+o.Headers[name])
	}
	add("--dedupe", o.Dedupe)
	add("--consent", o.Consent)
	add("--max-risk", o.MaxRisk)
	number := func(flag string, n int) {
		if n != 0 {
			add(flag, strconv.Itoa(n))
		}
	}
	number("--requests", o.Requests)
	number("--concurrency", o.Concurrency)
	duration("--answer-timeout", o.AnswerTimeout)
	duration("--effect-timeout", o.EffectTimeout)
	if t.behindProxy {
		words = append(words, "--behind-proxy")
	}
	if t.dedicatedEdge {
		words = append(words, "--dedicated-edge")
	}
	if o.NoExec {
		words = append(words, "--no-exec")
	}
	return strings.Join(words, " ")
}

// quote makes a word safe for a shell.
func quote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:=@%+,"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ownScenarios reads the user's own scenario files.
func ownScenarios(paths []string) ([]scenarios.Scenario, error) {
	var all []scenarios.Scenario
	for _, p := range paths {
		list, err := scenarios.LoadFile(p)
		if err != nil {
			return nil, fmt.Errorf("--scenarios: %w", err)
		}
		all = append(all, list...)
	}
	return all, nil
}
