package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestHooksFile(t *testing.T) {
	const want = `[{
		"id": "github",
		"execute-command": "/opt/record",
		"pass-arguments-to-command": [
			{"source": "string", "name": "http://127.0.0.1:1/effects"},
			{"source": "header", "name": "X-GitHub-Delivery"}
		],
		"trigger-rule": {
			"match": {
				"type": "payload-hmac-sha256",
				"secret": "a \"quoted\" secret",
				"parameter": {"source": "header", "name": "X-Hub-Signature-256"}
			}
		}
	}]`
	path := filepath.Join(t.TempDir(), "hooks.json")
	if err := writeHooks(path, githubHook(`a "quoted" secret`, "/opt/record", "http://127.0.0.1:1/effects")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(decode(t, data), decode(t, []byte(want))) {
		t.Errorf("hooks file = %s\nwant %s", data, want)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v: the secret is readable by others", info.Mode())
	}
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return value
}
