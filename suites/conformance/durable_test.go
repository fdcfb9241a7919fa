package conformance_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/suites/target"
)

// firstPort and ports are where receivers that are processes listen: below what
// systems give to those who connect, so that nobody takes the port of one that is
// being started again (RFC 6335 section 6; Linux begins at 32768).
const (
	firstPort = 20000
	ports     = 12000
)

var nextPort atomic.Int64

func init() { nextPort.Store(int64(os.Getpid()*61) % ports) }

// freeAddress is an address of this machine that nobody listens at.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", firstPort+nextPort.Add(1)%ports)
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close() // it only had to be free
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// durable is the reference receiver as a process of its own that keeps its data
// on disk, with flaws, and everything a target file can say of it.
func durable(t testing.TB, s setting, flaws ...string) *target.Target {
	t.Helper()
	return durableVariant(t, s, nil, flaws...)
}

func durableVariant(t testing.TB, s setting, variants []string, flaws ...string) *target.Target {
	t.Helper()
	dir := t.TempDir()
	told := "events: {api: {listen: \"127.0.0.1:0\", within: 5s}}\n"
	if stages := stagesOf[s.scheme]; stages != "" {
		told += "state: " + stages + "\n"
	}
	return controlled(t, s, dir, told, onDisk(dir, variants, flaws))
}

func onDisk(dir string, variants, flaws []string) processReceiver {
	return processReceiver{
		Data: filepath.Join(dir, "receiver.db"), Broken: filepath.Join(dir, "broken"), Variants: variants, Flaws: flaws,
	}
}

// controlled is the target whose process is the receiver; told is what else its
// file says. Whatever runs in the end is ended.
func controlled(t testing.TB, s setting, dir, told string, r processReceiver) *target.Target {
	t.Helper()
	env := map[string]string{secretEnv: s.secret}
	env["PREVIOUS"], env["REVOKED"], env["OTHER"] = s.otherSecrets()
	r.Listen, r.Scheme = freeAddress(t), s.scheme
	r.Previous, r.Revoked, r.Elsewhere = s.otherSecrets()
	role, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	env[receiverEnv] = string(role)
	file := filepath.Join(dir, "hookassay.yaml")
	if err := os.WriteFile(file, []byte(targetFile(s, r, told)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := target.LoadConfig(file, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	tgt, closeTarget, err := c.Target(target.Overrides{AnswerTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closeTarget(); err != nil {
			t.Error(err)
		}
	})
	return tgt
}

// targetFile is what the owner of such a receiver writes.
func targetFile(s setting, r processReceiver, told string) string {
	broken := ""
	if r.Broken != "" {
		broken = fmt.Sprintf("commands: {break: [touch, %q], heal: [rm, -f, %[1]q]}", r.Broken)
	}
	told = strings.ReplaceAll(told, "{listen}", r.Listen)
	owner := ""
	for _, v := range receiver.Variants() {
		if slices.Contains(r.Variants, v.Name) {
			owner += ", " + v.Target
		}
	}
	return fmt.Sprintf(`
target: {url: "http://%[1]s/webhooks", scheme: %[2]s, secrets: {current: {env: %[3]s}, previous: {env: PREVIOUS}, revoked: {env: REVOKED}, other: {env: OTHER}}%[9]s}
effects:
  ledger: {http: {url: "http://%[1]s/effects", pointer: "/{id}"}}
  mail: {http: {url: "http://%[1]s/effects?of=mail", pointer: "/{id}"}}
process:
  start: [%[4]q]
  env: {%[5]s: {env: %[5]s}}
  ready: http://%[1]s/healthz
  clock: {env: %[6]s}
  %[7]s
%[8]s`, r.Listen, s.scheme, secretEnv, os.Args[0], receiverEnv, clockEnv, broken, told, strings.TrimSuffix(owner, ", "))
}

// stagesOf are, by scheme, what happens to an object of the reference receiver.
// The events of CloudEvents that we have are about different objects.
var stagesOf = map[string]string{
	"standard-webhooks": states("/data/id", "{type: invoice.created, is: open}, {type: invoice.paid, is: paid}"),
	"stripe":            states("/data/object/id", "{type: invoice.created, is: open}, {type: invoice.paid, is: paid}"),
	"github": states("/issue/id", `{type: issues, set: {/action: opened}, is: open}, `+
		`{type: issues, set: {/action: closed}, is: closed}`),
}

func states(object, after string) string {
	return fmt.Sprintf("{object: %s, after: [%s], http: {url: \"http://{listen}/states/{object}\", pointer: /state}}", object, after)
}
