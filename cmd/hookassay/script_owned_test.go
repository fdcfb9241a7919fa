package main

import (
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// ownedCmd describes a receiver whose process is hookassay's to start: the
// reference receiver at a free address, which it leaves in $ADDRESS.
func ownedCmd(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	address := l.Addr().String()
	ts.Check(l.Close())
	start := []string{"hookassay", "receiver", "--listen", address}
	for _, flaw := range args {
		start = append(start, "--flaw", flaw)
	}
	file := fmt.Sprintf(`target:
  url: http://%s/webhooks
  scheme: standard-webhooks
  secrets: {current: {env: WEBHOOK_SECRET}}
effects:
  http: {url: "http://%s/effects", pointer: "/{id}"}
process:
  start: [%s]
`, address, address, strings.Join(start, ", "))
	ts.Check(os.WriteFile(ts.MkAbs("hookassay.yaml"), []byte(file), 0o600))
	ts.Setenv("ADDRESS", address)
	ts.Setenv("WEBHOOK_SECRET", scriptSecrets["standard-webhooks"])
}
