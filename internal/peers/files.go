package main

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"
)

//go:embed autocannon.js
var autocannonScript []byte

// body is what is sent, about a kilobyte; those that sign put an id of its own
// into every delivery.
var body = `{"type":"invoice.paid","data":{"id":"in_hookassay","note":"` + strings.Repeat("x", 960) + `"}}`

// The files that generators read.
const (
	sampleFile     = "invoice.paid.json"
	wrkFile        = "post.lua"
	autocannonFile = "autocannon.js"
)

// wrkScript makes wrk's one request.
const wrkScript = `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[BODY]]
`

func (b *bench) writeFiles() error {
	for name, content := range map[string][]byte{
		sampleFile:     []byte(body),
		wrkFile:        []byte(strings.Replace(wrkScript, "BODY", body, 1)),
		autocannonFile: autocannonScript,
	} {
		if err := os.WriteFile(b.file(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) file(name string) string { return filepath.Join(b.dir, name) }
