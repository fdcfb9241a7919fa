package target

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// ProcessConfig says how the receiver's process is controlled; see
// ProcessSettings.
type ProcessConfig struct {
	Start       []string               `yaml:"start"`
	Dir         string                 `yaml:"dir"` // default: the file's directory
	Env         map[string]HeaderValue `yaml:"env"` // a variable's value, as a header's
	Ready       string                 `yaml:"ready"`
	StartWithin mockprovider.Duration  `yaml:"start_within"`
	StopWithin  mockprovider.Duration  `yaml:"stop_within"`
	SecretEnv   string                 `yaml:"secret_env"` // default: target.secrets.current.env
	Clock       *ClockConfig           `yaml:"clock"`
	Commands    *CommandsConfig        `yaml:"commands"`
}

// ClockConfig says how the receiver's clock is shifted: one of both.
type ClockConfig struct {
	Env      string `yaml:"env"`
	Faketime string `yaml:"faketime"` // path of the library
}

// CommandsConfig are the user's commands, one an action.
type CommandsConfig struct {
	Start []string `yaml:"start"`
	Stop  []string `yaml:"stop"`
	Kill  []string `yaml:"kill"`
	Break []string `yaml:"break"`
	Heal  []string `yaml:"heal"`
}

// byAction lists the commands that there are.
func (c *CommandsConfig) byAction() map[string][]string {
	if c == nil {
		return nil
	}
	all := map[string][]string{
		transcript.ProcessStart: c.Start, transcript.ProcessStop: c.Stop, transcript.ProcessKill: c.Kill,
		transcript.ProcessBreak: c.Break, transcript.ProcessHeal: c.Heal,
	}
	maps.DeleteFunc(all, func(_ string, argv []string) bool { return argv == nil })
	return all
}

func (c Config) checkProcess() error {
	p := c.Process
	if p == nil {
		return nil
	}
	commands := p.Commands.byAction()
	for _, v := range []struct {
		key   string
		value any
		err   error
	}{
		{"process.start", p.Start, checkArgv(p.Start)},
		{"process.ready", p.Ready, checkReady(p.Ready)},
		{"process.start_within", p.StartWithin, between(p.StartWithin, time.Millisecond, maxWait)},
		{"process.stop_within", p.StopWithin, between(p.StopWithin, time.Millisecond, maxWait)},
		{"process.secret_env", p.SecretEnv, checkEnvName(p.SecretEnv)},
	} {
		if v.err != nil && (c.has(v.key) || !reflect.ValueOf(v.value).IsZero()) {
			return c.at(v.key, v.err)
		}
	}
	for _, action := range slices.Sorted(maps.Keys(commands)) {
		if err := checkArgv(commands[action]); err != nil {
			return c.at("process.commands."+action, err)
		}
	}
	if err := c.checkProcessEnv(); err != nil {
		return err
	}
	if p.Clock != nil {
		if err := p.Clock.check(p.Start != nil); err != nil {
			return c.at("process.clock", err)
		}
	}
	return c.at("process", checkActions(p.Start != nil, commands))
}

// checkActions finds what is missing to the commands, and what is there twice.
func checkActions(owned bool, commands map[string][]string) error {
	has := func(action string) bool { return commands[action] != nil }
	starts, ends := has(transcript.ProcessStart), has(transcript.ProcessStop) || has(transcript.ProcessKill)
	switch {
	case has(transcript.ProcessBreak) != has(transcript.ProcessHeal):
		return errors.New("commands: break and heal go together: what is broken must be mended")
	case owned && (starts || ends):
		return errors.New("start and commands.start, stop or kill are two ways to do one thing: give one")
	case !owned && ends && !starts:
		return errors.New("commands: start is missing: what is stopped must be started again")
	case starts && !ends:
		return errors.New("commands: stop or kill is missing: nothing that a run starts may outlive it")
	case !owned && len(commands) == 0:
		return errors.New(`process has neither start, as in start: ["./my-receiver"], nor commands`)
	}
	return nil
}

// checkArgv checks a command, which no shell reads.
func checkArgv(argv []string) error {
	switch {
	case len(argv) == 0 || argv[0] == "":
		return errors.New(`a command is a list of words, such as ["./my-receiver", "--port", "8080"]`)
	case len(argv) == 1 && strings.ContainsAny(argv[0], " \t"):
		return fmt.Errorf("%q is one word: no shell takes it apart; write a list of words", argv[0])
	}
	for _, word := range argv {
		if strings.Contains(word, "\x00") {
			return errors.New("a word of a command has a NUL")
		}
		if looksSecret(word) {
			return errSecretHere
		}
	}
	return nil
}

func checkReady(text string) error {
	u, err := url.Parse(text)
	switch {
	case err == nil && u.User != nil:
		return errors.New("ready: a user in the URL would reach reports")
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("ready is %q; write a URL, such as http://127.0.0.1:8080/healthz", text)
	}
	return nil
}

func (c Config) checkProcessEnv() error {
	for _, name := range slices.Sorted(maps.Keys(c.Process.Env)) {
		v, err := c.Process.Env[name], checkEnvName(name)
		switch {
		case err != nil:
		case v.Env != "":
			err = checkEnvName(v.Env)
		case looksSecret(v.Text):
			err = errSecretHere
		case strings.Contains(v.Text, "\x00"):
			err = fmt.Errorf("the value of %s has a NUL", name)
		}
		if err != nil {
			return c.at("process.env."+name, err)
		}
	}
	return nil
}

func (k ClockConfig) check(owned bool) error {
	switch {
	case (k.Env == "") == (k.Faketime == ""):
		return errors.New("clock has env or faketime")
	case k.Env != "":
		return checkEnvName(k.Env)
	case !owned:
		return errors.New("clock: faketime shifts the clock of what process.start starts, not that of commands")
	}
	return nil
}

// fillProcess makes the control of the receiver's process. Nothing is started.
func (c Config) fillProcess(t *Target) error {
	p := c.Process
	if p == nil {
		return nil
	}
	if errNoGroups != nil {
		return c.at("process", errNoGroups)
	}
	s := ProcessSettings{
		Start: p.Start, Dir: c.processDir(), Ready: p.Ready, Commands: p.Commands.byAction(),
		StartWithin: time.Duration(p.StartWithin), StopWithin: time.Duration(p.StopWithin), SecretEnv: p.SecretEnv,
	}
	if s.SecretEnv == "" {
		s.SecretEnv = c.Receiver.Secrets.Current.Env
	}
	if info, err := os.Stat(s.Dir); err != nil || !info.IsDir() {
		return c.at("process.dir", fmt.Errorf("%s is no directory", s.Dir))
	}
	if err := c.checkPrograms(s); err != nil {
		return err
	}
	if p.Clock != nil {
		s.ClockEnv = p.Clock.Env
		if err := c.fillFaketime(&s); err != nil {
			return err
		}
	}
	s.Env = t.eventsEnv()
	if err := c.fillProcessEnv(&s); err != nil {
		return err
	}
	t.Process = NewProcess(s, t)
	return nil
}

func (c Config) processDir() string {
	if dir := c.Process.Dir; dir != "" {
		return c.file("process.dir", dir)
	}
	return c.dir
}

// fillFaketime finds the library, which a dynamic linker silently does without.
func (c Config) fillFaketime(s *ProcessSettings) error {
	const key = "process.clock.faketime"
	if c.Process.Clock.Faketime == "" {
		return nil
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return c.at(key, fmt.Errorf("libraries are not preloaded that way on %s: use clock.env", runtime.GOOS))
	}
	path, err := filepath.Abs(c.file(key, c.Process.Clock.Faketime))
	if err != nil {
		return c.at(key, err)
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return c.at(key, fmt.Errorf("%s is no file: libfaketime.so.1 belongs there", path))
	}
	s.Faketime = path
	return nil
}

// fillProcessEnv reads what the receiver's environment has beside ours: its
// secret, too, where the variable is known.
func (c Config) fillProcessEnv(s *ProcessSettings) error {
	if _, given := c.Process.Env[s.SecretEnv]; s.SecretEnv != "" && !given {
		text, err := c.readSecret(c.Receiver.Secrets.slots()[0])
		if err != nil {
			return err
		}
		s.Env = append(s.Env, s.SecretEnv+"="+text)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Process.Env)) {
		v := c.Process.Env[name]
		value := v.Text
		if v.Env != "" {
			var err error
			if value, err = c.readEnv(v.Env, "what the receiver finds in "+name); err != nil {
				return c.at("process.env."+name, err)
			}
		}
		if secretName.MatchString(name) || v.Env != "" && len(value) >= minOwn {
			s.Sensitive = append(s.Sensitive, credentials(name, value)...)
		}
		s.Env = append(s.Env, name+"="+value)
	}
	return nil
}

// checkPrograms finds programs that are not there, before anything is sent.
func (c Config) checkPrograms(s ProcessSettings) error {
	places := map[string][]string{"process.start": s.Start}
	for action, argv := range s.Commands {
		places["process.commands."+action] = argv
	}
	for _, place := range slices.Sorted(maps.Keys(places)) {
		if argv := places[place]; len(argv) > 0 {
			if err := findProgram(argv[0], s.Dir); err != nil {
				return c.at(place, err)
			}
		}
	}
	return nil
}

// findProgram looks where exec does: a name in PATH, a path from the directory in
// which it will run.
func findProgram(name, dir string) error {
	if !strings.ContainsRune(name, filepath.Separator) {
		if _, err := exec.LookPath(name); err != nil && !errors.Is(err, exec.ErrDot) {
			return fmt.Errorf("there is no program %s in PATH", name)
		}
		return nil
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	switch info, err := os.Stat(path); {
	case err != nil:
		return fmt.Errorf("there is no program %s", path)
	case info.IsDir():
		return fmt.Errorf("%s is a directory, and no program", path)
	case info.Mode()&0o111 == 0:
		return fmt.Errorf("%s may not be executed: chmod +x", path)
	}
	return nil
}
