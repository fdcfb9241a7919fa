//go:build unix

package target

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// processFile makes a target file with a process in a directory of its own.
func processFile(t *testing.T, secrets, process string) string {
	t.Helper()
	dir := t.TempDir()
	text := "target:\n  url: http://127.0.0.1:8080/webhooks\n  scheme: github\n  secrets: {current: " + secrets + "}\nprocess:\n  " + process + "\n"
	for name, content := range map[string]string{"hookassay.yaml": text, "secret.txt": "s3cr3t-of-a-file", "libfaketime.so.1": ""} {
		write(t, filepath.Join(dir, name), content)
	}
	writeProgram(t, filepath.Join(dir, "r"))
	return filepath.Join(dir, "hookassay.yaml")
}

var processEnvironment = environment(map[string]string{
	"WEBHOOK_SECRET": "s3cr3t-of-env", "MY_KEY": "k3y-hunter2", "MY_PORT": "8080", "DATABASE_URL": "postgres://u:hunter2@db/app",
})

func TestProcessOfAFile(t *testing.T) {
	for _, tt := range []struct {
		name, secrets, process string
		env                    []string
		hidden                 []string // places of what is kept out of what is written down
		hides, shifts          bool
	}{
		{"least", "{file: secret.txt}", `start: [./r]`, nil, nil, false, false},
		{"the target's variable", "{env: WEBHOOK_SECRET}", `start: [./r]`, []string{"WEBHOOK_SECRET=s3cr3t-of-env"}, nil, true, false},
		{"a variable of its own", "{file: secret.txt}", `{start: [./r], secret_env: SECRET}`, []string{"SECRET=s3cr3t-of-a-file"}, nil, true, false},
		{"a variable that is given", "{env: WEBHOOK_SECRET}", `{start: [./r], env: {WEBHOOK_SECRET: other}}`, []string{"WEBHOOK_SECRET=other"}, []string{"WEBHOOK_SECRET"}, true, false},
		{"variables", "{file: secret.txt}", `{start: [./r], env: {API_KEY: {env: MY_KEY}, DB: {env: DATABASE_URL}, PORT: {env: MY_PORT}, DEBUG: 1}}`,
			[]string{"API_KEY=k3y-hunter2", "DB=postgres://u:hunter2@db/app", "DEBUG=1", "PORT=8080"}, []string{"API_KEY", "DB"}, false, false},
		{"a clock", "{file: secret.txt}", `{start: [./r], clock: {env: CLOCK}}`, nil, nil, false, true},
		{"commands", "{env: WEBHOOK_SECRET}", `{commands: {start: [true], stop: [sh]}, clock: {env: CLOCK}}`, []string{"WEBHOOK_SECRET=s3cr3t-of-env"}, nil, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := LoadConfig(processFile(t, tt.secrets, tt.process), processEnvironment)
			if err != nil {
				t.Fatal(err)
			}
			tgt, done, err := c.Target(Overrides{})
			if err != nil {
				t.Fatal(err)
			}
			p := tgt.Process
			if !slices.Equal(p.settings.Env, tt.env) || p.settings.Dir != c.dir {
				t.Errorf("environment %q in %s", p.settings.Env, p.settings.Dir)
			}
			if p.CanHideSecret() != tt.hides || p.CanShiftClock() != tt.shifts || p.Running() {
				t.Errorf("hides %t, shifts %t, runs %t", p.CanHideSecret(), p.CanShiftClock(), p.Running())
			}
			var hidden []string
			for _, s := range tgt.Sensitive() {
				if s.Kind == credential && s.As == "text" {
					hidden = append(hidden, s.Place)
				}
			}
			if !slices.Equal(hidden, tt.hidden) {
				t.Errorf("hidden are %q, want %q", hidden, tt.hidden)
			}
			if err := done(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestProcessOfAFileThatCannotBe(t *testing.T) {
	for _, tt := range []struct {
		name, process string
		over          Overrides
		want          string
	}{
		{"commands are forbidden", `start: [./r]`, Overrides{NoExec: true}, "hookassay.yaml:6:3: process runs commands, and --no-exec forbids it"},
		{"no directory", `{start: [./r], dir: none}`, Overrides{}, "none is no directory"},
		{"no library", `{start: [./r], clock: {faketime: none.so}}`, Overrides{}, "none.so is no file: libfaketime.so.1 belongs there"},
		{"no variable", `{start: [./r], env: {A: {env: NOT_SET}}}`, Overrides{}, "environment variable NOT_SET is not set: put what the receiver finds in A there"},
		{"no program", `start: [./none]`, Overrides{}, "hookassay.yaml:6:10: there is no program "},
		{"no program in PATH", `{start: [./r], commands: {break: [no-such-program], heal: [sh]}}`, Overrides{}, "there is no program no-such-program in PATH"},
		{"a directory", `start: [./.]`, Overrides{}, "is a directory, and no program"},
		{"no program, but a file", `start: [./secret.txt]`, Overrides{}, "secret.txt may not be executed: chmod +x"},
		{"NUL", `start: ["a\0b"]`, Overrides{}, "a word of a command has a NUL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := LoadConfig(processFile(t, "{file: secret.txt}", tt.process), processEnvironment)
			if err == nil {
				_, _, err = c.Target(tt.over)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "hookassay.yaml:6:") {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// What docs/target.md shows can be used.
func TestProcessesOfTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/target.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range strings.Split(string(text), "```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		if !strings.Contains(block, "process:") {
			continue
		}
		n++
		if c, err := parseText(block); err != nil || c.Process == nil {
			t.Errorf("%v in\n%s", err, block)
		}
	}
	if n < 5 {
		t.Errorf("only %d examples", n)
	}
}

func TestFaketimeOfAFile(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("libraries are not preloaded that way")
	}
	c, err := LoadConfig(processFile(t, "{file: secret.txt}", `{start: [./r], clock: {faketime: libfaketime.so.1}}`), processEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	tgt, done, err := c.Target(Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if p := tgt.Process; !p.CanShiftClock() || p.settings.Faketime != filepath.Join(c.dir, "libfaketime.so.1") {
		t.Errorf("library %q", p.settings.Faketime)
	}
	if err := done(); err != nil {
		t.Error(err)
	}
}
