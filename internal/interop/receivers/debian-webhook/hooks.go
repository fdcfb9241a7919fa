package main

import (
	"encoding/json"
	"os"
)

// hookID names the hook, and with it the path: /hooks/github.
const hookID = "github"

// hook is one entry of a hooks file, as far as it is used here.
// https://github.com/adnanh/webhook/blob/2.8.0/docs/Hook-Definition.md
type hook struct {
	ID          string     `json:"id"`
	Command     string     `json:"execute-command"`
	Arguments   []argument `json:"pass-arguments-to-command"`
	TriggerRule rule       `json:"trigger-rule"`
}

type argument struct {
	Source string `json:"source"`
	Name   string `json:"name"`
}

type rule struct {
	Match match `json:"match"`
}

type match struct {
	Type      string   `json:"type"`
	Secret    string   `json:"secret"`
	Parameter argument `json:"parameter"`
}

// githubHook is the signature rule of the "Incoming Github webhook" example with
// the SHA-256 header that GitHub recommends today. Like the example it sets no
// mismatch status and no methods.
// https://github.com/adnanh/webhook/blob/2.8.0/docs/Hook-Examples.md
// https://github.com/adnanh/webhook/blob/2.8.0/docs/Hook-Rules.md
func githubHook(secret, record, effectsURL string) hook {
	return hook{
		ID:      hookID,
		Command: record,
		Arguments: []argument{
			{Source: "string", Name: effectsURL},
			{Source: "header", Name: "X-GitHub-Delivery"},
		},
		TriggerRule: rule{Match: match{
			Type:      "payload-hmac-sha256",
			Secret:    secret,
			Parameter: argument{Source: "header", Name: "X-Hub-Signature-256"},
		}},
	}
}

// writeHooks writes a hooks file that only its owner can read, since it holds the secret.
func writeHooks(path string, hooks ...hook) error {
	data, err := json.MarshalIndent(hooks, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
