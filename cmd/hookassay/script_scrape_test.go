package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var metricsURL = regexp.MustCompile(`metrics: (http://127\.0\.0\.1:[0-9]+/metrics)\n`)

// scrapeCmd finds the address of a run's metrics in the file that holds its
// standard error, and asks it until the answer holds the text.
func scrapeCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: scrape FILE TEXT")
	}
	client := http.Client{Timeout: 5 * time.Second}
	var last string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		b, _ := os.ReadFile(ts.MkAbs(args[0])) // not there yet
		m := metricsURL.FindSubmatch(b)
		if m == nil {
			continue
		}
		resp, err := client.Get(string(m[1]))
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		_ = resp.Body.Close()
		if last = string(body); err == nil && strings.Contains(last, args[1]) {
			return
		}
	}
	ts.Fatalf("no scrape held %q; the last one was\n%s", args[1], last)
}
