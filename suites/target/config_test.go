package target

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// environment is an os.LookupEnv of its own.
func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// parseText is LoadConfig of a file that need not be there.
func parseText(text string) (Config, error) {
	doc, err := strictyaml.Parse("hookassay.yaml", []byte(text))
	if err != nil {
		return Config{}, err
	}
	return parseConfig(doc, ".", environment(nil))
}

func TestLoadConfigReadsEveryKey(t *testing.T) {
	c, err := LoadConfig("testdata/config/all.yaml", environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	c.env, c.dir, c.places = nil, "", nil
	want := Config{
		Receiver: ReceiverConfig{
			URL: "https://receiver.example/webhooks?tenant=7", Scheme: "standard-webhooks",
			Secrets: SecretsConfig{
				Current: SecretRef{File: "secret.txt"}, Previous: SecretRef{File: "previous.txt"},
				Revoked: SecretRef{File: "revoked.txt"}, Other: SecretRef{File: "elsewhere.txt"},
			},
			Tolerance: mockprovider.Tolerance{
				Past: mockprovider.Duration(4 * time.Minute), Future: mockprovider.Duration(90 * time.Second),
			},
			Rejects: RejectsSilently, Dedupe: DedupeByBusiness, BehindProxy: true, Origin: "producer.example",
			Headers: map[string]HeaderValue{
				"X-Stage": {Text: "test"}, "X-Attempt": {Text: "1"}, "CF-Access-Client-Id": {Env: "CF_ID"},
			},
			CA: "ca.pem", Resolve: "192.0.2.7:8443",
		},
		Effects: Effects{
			"mail":       {Callback: &CallbackConfig{Listen: "127.0.0.1:0", Token: EnvRef{"CALLBACK_TOKEN"}}},
			"ledger":     {HTTP: &HTTPConfig{URL: "https://receiver.example/effects/{id}", Count: "$.count"}},
			"log-of-all": {HTTP: &HTTPConfig{URL: "https://receiver.example/effects", Pointer: "/{id}"}},
			"postgres":   {SQL: &SQLConfig{Driver: "postgres", DSN: DSNConfig{Ref: SecretRef{Env: "DATABASE_URL"}}, Query: "select event_id, count(*) from ledger where event_id = any($1) group by 1"}},
			"sqlite":     {SQL: &SQLConfig{Driver: "sqlite", DSN: DSNConfig{Path: "app.db"}, Query: "select event_id, count(*) from ledger where event_id in (select value from json_each($1)) group by 1"}},
			"program":    {Exec: &ExecConfig{Command: []string{"./count-effects", "{id}"}}},
			"lines":      {Log: &LogConfig{File: "app.log", Pattern: `processed id=(?P<id>\S+)`}},
		},
		Events: EventsConfig{
			Files: "events/*.json", ID: "/id", Type: "/type",
			Set:  map[string]string{"/data/object/id": "pi_{canary}", "/created": "{now_unix}"},
			Free: []string{"/metadata"}, Handled: []string{"invoice.paid"}, Poison: "poison/poison.json",
			API: &EventsAPIConfig{Listen: "127.0.0.1:0", Token: EnvRef{"EVENTS_TOKEN"}, Within: mockprovider.Duration(20 * time.Second)},
		},
		State: StateConfig{
			Object: "/data/object/id",
			After:  []StageConfig{{Type: "invoice.paid", Is: "paid"}, {Type: "order.shipped", Set: map[string]string{"/late": "false"}, Is: "shipped"}},
			HTTP:   &StateHTTPConfig{URL: "https://receiver.example/states/{object}", Pointer: "/status"},
		},
		Limits: LimitsConfig{
			Risk: scenarios.Disruptive, Requests: 300, Rate: scenarios.Rate{N: 90, Per: time.Minute}, Concurrency: 2,
			Consent: "receiver.example", DedicatedEdge: true,
		},
		Timeouts: TimeoutsConfig{Answer: mockprovider.Duration(3 * time.Second), Effect: mockprovider.Duration(20 * time.Second)},
		Profile:  "production",
		Process: &ProcessConfig{
			Start: []string{"./receiver", "--port", "8080"}, Dir: "..", SecretEnv: "RECEIVER_SECRET",
			Env:         map[string]HeaderValue{"PORT": {Text: "8080"}, "API_KEY": {Env: "MY_KEY"}, "DEBUG": {}},
			Ready:       "http://127.0.0.1:8080/healthz",
			StartWithin: mockprovider.Duration(20 * time.Second), StopWithin: mockprovider.Duration(5 * time.Second),
			Clock:    &ClockConfig{Env: "RECEIVER_CLOCK"},
			Commands: &CommandsConfig{Break: []string{"./break"}, Heal: []string{"./heal", "all"}},
		},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	if unset := zeroKeys(reflect.ValueOf(c), ""); len(unset) > 0 {
		t.Errorf("all.yaml does not have %s", strings.Join(unset, ", "))
	}
}

// zeroKeys lists the keys of structs that hold nothing.
func zeroKeys(v reflect.Value, path string) []string {
	var zero []string
	for f, value := range v.Fields() {
		key := strictyaml.KeyOf(f)
		switch {
		case key == "" || f.Type == reflect.TypeFor[strictyaml.Unavailable]():
		case f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[SecretRef]():
			zero = append(zero, zeroKeys(value, path+key+".")...)
		case value.IsZero():
			zero = append(zero, path+key)
		}
	}
	return zero
}

func TestLoadConfigOfAFileThatIsNotThere(t *testing.T) {
	if _, err := LoadConfig(filepath.Join(t.TempDir(), "none.yaml"), nil); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

// badFile is a file that must be refused, and how.
type badFile struct {
	name, text, want string
	beyond           bool // the JSON Schema does not see what is wrong
}

// stated is a file that says what becomes of objects.
func stated(after, object string) string {
	return "state: {object: /id, after: " + after + ", http: {url: \"http://127.0.0.1/states/" + object + "\"}}\n"
}

var badFiles = []badFile{
	{"nothing", "", "hookassay.yaml:1:1: expected one YAML document, found nothing", false},
	{"a comment", "# nothing\n", "hookassay.yaml:1:1: expected one YAML document, found nothing", false},
	{"two documents", "profile: core\n---\nprofile: core\n", "hookassay.yaml:1:1: expected one YAML document, found 2", true},
	{"a list", "- profile: core\n", "hookassay.yaml:1:1: expected a map with target, effects, events, process, state, limits, timeouts, profile", false},
	{"unfinished", "target: {url: \n", "hookassay.yaml:1:13: could not find map value", false},
	{"a key twice", "profile: core\nprofile: core\n", `hookassay.yaml:2:1: mapping key "profile" already defined at [1:1]`, false},
	{"an anchor", "profile: &p core\n", "hookassay.yaml:1:10: anchors and aliases are not part of the language", true},
	{"a tag", "profile: !!str core\n", "hookassay.yaml:1:10: tags are not part of the language", true},
	{"an empty value", "target:\n", "hookassay.yaml:1:9: empty value", false},
	{"a fraction", "limits: {requests: 1.5}\n", "hookassay.yaml:1:20: a number here is whole, and a text that looks like a number is quoted", false},

	{"an unknown key", "target:\n  url: http://127.0.0.1/\n  scehme: github\n", `hookassay.yaml:3:3: unknown key "scehme"; did you mean "scheme"?`, false},
	{"a key at the wrong place", "scheme: github\n", `hookassay.yaml:1:1: unknown key "scheme" here; it belongs under target`, false},
	{"a key of the top level", "target: {limits: {risk: safe}}\n", `hookassay.yaml:1:10: unknown key "limits" here; it belongs to the top level`, false},
	{"an unknown key of a named effect", "effects: {a: {htpp: {url: \"http://127.0.0.1/{id}\"}}}\n", `hookassay.yaml:1:15: unknown key "htpp"; did you mean "http"?`, false},

	{"no driver", "effects: {sql: {dsn: app.db, query: \"select 1, $1\"}}\n", "hookassay.yaml:1:11: sql: driver is missing: postgres or sqlite", false},
	{"a driver", "effects:\n  sql: {driver: postgre}\n", `hookassay.yaml:2:3: sql: unknown driver "postgre"; did you mean "postgres"?`, false},
	{"no query", "effects: {sql: {driver: sqlite, dsn: app.db}}\n", "hookassay.yaml:1:11: sql: query is missing", false},
	{"no database", "effects: {sql: {driver: postgres, query: \"select 1, $1\"}}\n", "hookassay.yaml:1:11: sql: dsn is missing: write dsn: {env: DATABASE_URL}", false},
	{"a DSN in the file", "effects: {sql: {driver: postgres, dsn: \"postgres://u:hunter2@h/\", query: \"select 1, $1\"}}\n", "hookassay.yaml:1:11: sql: a DSN may hold a password", true},
	{"a DSN for a name", "effects: {sql: {driver: postgres, dsn: {env: \"postgres://u:hunter2@h/\"}, query: \"select 1, $1\"}}\n", "hookassay.yaml:1:11: sql: dsn: this is no name of an environment variable", false},
	{"a database's bytes for its path", "effects: {sql: {driver: sqlite, dsn: {file: app.db}, query: \"select 1, $1\"}}\n", "hookassay.yaml:1:11: sql: the file would be one that holds the path", true},
	{"a query without ids", "effects: {sql: {driver: sqlite, dsn: app.db, query: \"select 1, $10\"}}\n", "hookassay.yaml:1:11: sql: the query lacks $1, which stands for the ids: where event_id in (select value from json_each($1))", false},
	{"two statements", "effects: {sql: {driver: sqlite, dsn: app.db, query: \"delete from t; select 1, $1\"}}\n", "hookassay.yaml:1:11: sql: the query is one statement", true},
	{"a key of sql", "effects: {sql: {drvier: sqlite}}\n", `hookassay.yaml:1:17: unknown key "drvier"; did you mean "driver"?`, false},
	{"no command", "effects: {exec: {command: []}}\n", "hookassay.yaml:1:11: exec: a command is a list of words", false},
	{"an id for a program", "effects: {exec: {command: [\"{id}\"]}}\n", "hookassay.yaml:1:11: exec: {id} stands in the program's name", true},
	{"a command for a shell", "effects: {exec: {command: [\"count all\"]}}\n", `hookassay.yaml:1:11: exec: "count all" is one word: no shell takes it apart`, true},
	{"a command that is no list", "effects: {exec: {command: count}}\n", "hookassay.yaml:1:27: expected a list", false},
	{"no log", "effects: {all: {log: {pattern: \"(?P<id>.*)\"}}}\n", "hookassay.yaml:1:17: log: file is missing", false},
	{"a pattern without id", "effects: {log: {file: app.log, pattern: \"id=(.*)\"}}\n", "hookassay.yaml:1:11: log: the pattern has no group named id", true},
	{"a pattern that is none", "effects: {log: {file: app.log, pattern: \"(?P<id>\"}}\n", "hookassay.yaml:1:11: log: pattern: error parsing regexp", true},
	{"log and exec", "effects: {exec: {command: [x]}, log: {file: app.log, pattern: \"(?P<id>.*)\"}}\n", "hookassay.yaml:1:11: both exec and log: give each a name", false},
	{"previous", "target: {secrets: {previous: {env: X, file: y}}}\n", "hookassay.yaml:1:31: a secret has env or file, not both", false},
	{"revoked", "target: {secrets: {revoked: {env: whsec_hunter2}}}\n", "hookassay.yaml:1:30: this looks like a secret", false},
	{"other", "target: {secrets: {other: hunter2}}\n", "hookassay.yaml:1:27: expected a map with env, file", false},

	{"a state without an object", "state: {http: {url: \"http://127.0.0.1/{object}\"}}\n", "hookassay.yaml:1:9: state.object is missing", false},
	{"a state of nothing", "state: {}\n", "hookassay.yaml:1:8: state.object is missing", false},
	{"an object without a pointer", "state: {object: id}\n", `hookassay.yaml:1:17: "id" is no JSON pointer`, false},
	{"one stage", stated("[{type: a, is: b}]", "{object}"), "hookassay.yaml:1:29: state.after has 2 to 20 events", false},
	{"a stage without a state", stated("[{type: a, is: b}, {type: c}]", "{object}"), "hookassay.yaml:1:29: number 2 of state.after lacks", false},
	{"two stages of one type", stated("[{type: a, is: b}, {type: a, is: c}]", "{object}"), "hookassay.yaml:1:29: state.after has a, is b and a, is c: events and states differ", true},
	{"a stage that sets nothing that is a place", stated("[{type: a, is: b, set: {late: no}}, {type: c, is: d}]", "{object}"), "hookassay.yaml:1:29: number 1 of state.after: set: \"late\" is no JSON pointer", false},
	{"two stages of one state", stated("[{type: a, is: b}, {type: c, is: b}]", "{object}"), "hookassay.yaml:1:29: state.after has a, is b and c, is b", true},
	{"a state that is not seen", "state: {object: /id, after: [{type: a, is: b}, {type: c, is: d}]}\n", "hookassay.yaml:1:9: state.http is missing", false},
	{"a state of every object", stated("[{type: a, is: b}, {type: c, is: d}]", ""), `hookassay.yaml:1:74: state URL "http://127.0.0.1/states/" has no {object}`, false},
	{"a state by SQL", "state: {sql: {driver: postgres}}\n", "hookassay.yaml:1:9: state.sql is not available in this version", false},
	{"an unknown key of a stage", stated("[{tpye: a, is: b}]", "{object}"), `hookassay.yaml:1:31: unknown key "tpye"; did you mean "type"?`, false},

	{"an empty URL", "target: {url: \"\"}\n", "hookassay.yaml:1:15: no target: give its URL", false},
	{"a URL without a host", "target: {url: localhost}\n", `hookassay.yaml:1:15: target "localhost" is no URL`, false},
	{"a URL with a user", "target: {url: \"http://u:p@127.0.0.1/\"}\n", "hookassay.yaml:1:15: target: a user in the URL would reach reports", false},
	{"a scheme", "target: {scheme: gihtub}\n", `hookassay.yaml:1:18: unknown scheme "gihtub"; did you mean "github"?`, false},
	{"a tolerance without unit", "target: {tolerance: {past: 5}}\n", `hookassay.yaml:1:28: "5" is no duration (write 300ms, 5s, 2m)`, false},
	{"a tolerance of nothing", "target: {tolerance: {past: 0s}}\n", "hookassay.yaml:1:28: 0s is not between 1s and 168h0m0s", true},
	{"a way to reject", "target: {rejects: silently}\n", `hookassay.yaml:1:19: unknown way to reject "silently"; did you mean "silent"?`, false},
	{"a way to dedupe", "target: {dedupe: evnt}\n", `hookassay.yaml:1:18: unknown way to dedupe "evnt"; did you mean "event"?`, false},
	{"a bool", "target: {behind_proxy: perhaps}\n", "hookassay.yaml:1:24: ", false},
	{"an origin of two lines", "target: {origin: \"a\\nb\"}\n", "hookassay.yaml:1:18: a header's value has no line breaks", true},
	{"a name to resolve to", "target: {resolve: \"example.com:443\"}\n", `hookassay.yaml:1:19: resolve is "example.com:443"; write the address to connect to`, true},
	{"a header's name", "target: {headers: {\"X Y\": z}}\n", `hookassay.yaml:1:27: "X Y" is no name of a header`, false},
	{"a header of the message's frame", "target: {headers: {content-length: 3}}\n", "hookassay.yaml:1:36: content-length is written by hookassay itself", true},
	{"a header twice", "target: {headers: {X-A: a, x-a: b}}\n", "hookassay.yaml:1:33: header x-a is given twice", true},
	{"a header of nothing", "target: {headers: {X-A: \"\"}}\n", "hookassay.yaml:1:25: header X-A has no value", false},
	{"a header from a file", "target: {headers: {X-A: {file: x}}}\n", `hookassay.yaml:1:26: unknown key "file" here; it belongs under target.secrets.current`, false},
	{"a header's list", "target: {headers: {X-A: [a]}}\n", "hookassay.yaml:1:25: expected a text", false},

	{"env and file", "target: {secrets: {current: {env: A, file: b}}}\n", "hookassay.yaml:1:30: a secret has env or file, not both", false},
	{"a secret in the file", "target: {secrets: {current: hunter2}}\n", "hookassay.yaml:1:29: expected a map with env, file", false},
	{"a secret for a name", "target: {secrets: {current: {env: whsec_hunter2}}}\n", "hookassay.yaml:1:30: this looks like a secret", false},
	{"a secret for another name", "target: {secrets: {current: {env: hunter2/=}}}\n", "hookassay.yaml:1:30: this is no name of an environment variable", false},
	{"a secret for a path", "target: {secrets: {current: {file: whsec_hunter2}}}\n", "hookassay.yaml:1:30: this looks like a secret", true},

	{"two kinds of one effect", "effects: {callback: {listen: \"127.0.0.1:0\"}, http: {url: \"http://127.0.0.1/{id}\"}}\n", "hookassay.yaml:1:11: both callback and http: give each a name", false},
	{"an effect of no kind", "effects: {a: {}}\n", "hookassay.yaml:1:14: an effect has callback, http, sql, exec or log", false},
	{"an effect's name", "effects: {\"a b\": {http: {url: \"http://127.0.0.1/{id}\"}}}\n", `hookassay.yaml:1:19: "a b" is no name of an effect`, false},
	{"an effects URL", "effects: {http: {url: nowhere}}\n", `hookassay.yaml:1:11: effects URL "nowhere" is no URL`, false},
	{"an effects URL with a user", "effects: {http: {url: \"http://u:p@127.0.0.1/{id}\"}}\n", "hookassay.yaml:1:11: http: a user in the URL would reach reports", false},
	{"no effects URL", "effects: {http: {count: $.n}}\n", "hookassay.yaml:1:11: http: url is missing", false},
	{"count and pointer", "effects: {http: {url: \"http://127.0.0.1/{id}\", count: $.n, pointer: /n}}\n", "hookassay.yaml:1:11: http: count and pointer say the same thing", false},
	{"a count that is a pointer", "effects: {http: {url: \"http://127.0.0.1/{id}\", count: /n}}\n", `hookassay.yaml:1:11: http: count is "/n"; it begins with $.`, false},
	{"no id", "effects: {http: {url: \"http://127.0.0.1/\", pointer: /n}}\n", "hookassay.yaml:1:11: effects: {id} stands neither in the URL nor in the pointer", true},
	{"nowhere to listen", "effects: {callback: {listen: 9400x}}\n", `hookassay.yaml:1:11: callback: listen is "9400x"; write host:port`, false},
	{"everybody may call", "effects: {callback: {listen: \"0.0.0.0:0\"}}\n", "hookassay.yaml:1:11: callback: whoever reaches 0.0.0.0:0 could invent effects", true},

	{"events without files", "events: {id: /id}\n", "hookassay.yaml:1:10: events.files is missing", false},
	{"a poison event without files", "events: {poison: x.json}\n", "hookassay.yaml:1:10: events.files is missing", false},
	{"a list of events that nobody can ask", "events: {api: {listen: \"127.0.0.1:0\"}}\n", "hookassay.yaml:1:16: a token made for the run is told only to a receiver that we start", true},
	{"a list of events nowhere", "events: {api: {listen: 9500x, token: {env: T}}}\n", `hookassay.yaml:1:16: listen is "9500x"; write host:port`, false},
	{"a list of events with a token", "events: {api: {listen: \"127.0.0.1:0\", token: {env: whsec_hunter2}}}\n", "hookassay.yaml:1:47: this looks like a secret", false},
	{"a list of events with another key", "events: {api: {lsten: \"127.0.0.1:0\"}}\n", `hookassay.yaml:1:16: unknown key "lsten"; did you mean "listen"?`, false},
	{"an id that is no pointer", "events: {files: x, id: id}\n", `hookassay.yaml:1:24: "id" is no JSON pointer`, false},
	{"a place to set that is no pointer", "events: {files: x, set: {a: b}}\n", `hookassay.yaml:1:29: "a" is no JSON pointer`, false},
	{"a free place that is no pointer", "events: {files: x, free: [a]}\n", `hookassay.yaml:1:26: "a" is no JSON pointer`, false},
	{"a placeholder", "events: {files: x, set: {/a: \"{canry}\"}}\n", `hookassay.yaml:1:30: unknown placeholder "{canry}"; did you mean "{canary}"?`, true},
	{"free that is no list", "events: {files: x, free: /a}\n", "hookassay.yaml:1:26: expected a list", false},

	{"a process of nothing", "process: {}\n", "hookassay.yaml:1:10: process has neither start", false},
	{"a process without start", "process: {dir: x}\n", "hookassay.yaml:1:11: process has neither start", false},
	{"a command for a shell", "process: {start: ./receiver --port 8080}\n", "hookassay.yaml:1:18: expected a list", false},
	{"a command in one word", "process: {start: [\"./receiver --port 8080\"]}\n", `hookassay.yaml:1:18: "./receiver --port 8080" is one word`, true},
	{"a command of nothing", "process: {start: []}\n", "hookassay.yaml:1:18: a command is a list of words", false},
	{"a secret in a command", "process: {start: [x, whsec_hunter2]}\n", "hookassay.yaml:1:18: this looks like a secret", true},
	{"a key of process", "process: {start: [x], redy: y}\n", `hookassay.yaml:1:23: unknown key "redy"; did you mean "ready"?`, false},
	{"ready", "process: {start: [x], ready: healthz}\n", `hookassay.yaml:1:30: ready is "healthz"; write a URL`, false},
	{"ready with a user", "process: {start: [x], ready: \"http://u:p@127.0.0.1/\"}\n", "hookassay.yaml:1:30: ready: a user in the URL would reach reports", false},
	{"a start without end", "process: {start: [x], start_within: 1h}\n", "hookassay.yaml:1:37: 1h0m0s is not between 1ms and 10m0s", true},
	{"a stop of nothing", "process: {start: [x], stop_within: 0s}\n", "hookassay.yaml:1:36: 0s is not between 1ms and 10m0s", true},
	{"a secret for a variable", "process: {start: [x], secret_env: whsec_hunter2}\n", "hookassay.yaml:1:35: this looks like a secret", false},
	{"a secret in the environment", "process: {start: [x], env: {A: whsec_hunter2}}\n", "hookassay.yaml:1:32: this looks like a secret", true},
	{"a variable's name", "process: {start: [x], env: {A B: c}}\n", "hookassay.yaml:1:34: this is no name of an environment variable", false},
	{"a variable's variable", "process: {start: [x], env: {A: {env: hunter2/=}}}\n", "hookassay.yaml:1:33: this is no name of an environment variable", false},
	{"two clocks", "process: {start: [x], clock: {env: A, faketime: b}}\n", "hookassay.yaml:1:31: clock has env or faketime", false},
	{"no clock", "process: {start: [x], clock: {}}\n", "hookassay.yaml:1:30: clock has env or faketime", false},
	{"a clock for commands", "process: {clock: {faketime: b}, commands: {start: [a], stop: [b]}}\n", "hookassay.yaml:1:19: clock: faketime shifts the clock of what process.start starts", true},
	{"break without heal", "process: {start: [x], commands: {break: [y]}}\n", "hookassay.yaml:1:11: commands: break and heal go together", false},
	{"two ways to start", "process: {start: [x], commands: {start: [y], stop: [z]}}\n", "hookassay.yaml:1:11: start and commands.start, stop or kill are two ways", true},
	{"a start that nothing ends", "process: {commands: {start: [y]}}\n", "hookassay.yaml:1:11: commands: stop or kill is missing", true},
	{"an end that nothing starts", "process: {commands: {kill: [y]}}\n", "hookassay.yaml:1:11: commands: start is missing", true},
	{"an unknown command", "process: {commands: {strat: [y]}}\n", `hookassay.yaml:1:22: unknown key "strat"; did you mean "start"?`, false},
	{"a command without words", "process: {commands: {break: [\"\"], heal: [x]}}\n", "hookassay.yaml:1:29: a command is a list of words", true},

	{"a risk", "limits: {risk: hostle}\n", `hookassay.yaml:1:16: unknown risk "hostle"; did you mean "hostile"?`, false},
	{"no requests", "limits: {requests: 0}\n", "hookassay.yaml:1:20: 0 is not at least 1", false},
	{"too much at once", "limits: {concurrency: 257}\n", "hookassay.yaml:1:23: 257 is not between 1 and 256", false},
	{"a rate without unit", "limits: {rate: 10}\n", `hookassay.yaml:1:16: "10" is no rate`, false},
	{"a wait without end", "timeouts: {answer: 24h}\n", "hookassay.yaml:1:20: 24h0m0s is not between 1ms and 10m0s", true},
	{"a wait of nothing", "timeouts: {effect: 0s}\n", "hookassay.yaml:1:20: 0s is not between 1ms and 10m0s", true},
	{"a profile", "profile: cor\n", `hookassay.yaml:1:10: unknown profile "cor"; did you mean "core"?`, false},
}

func TestBadFilesAreRefusedWithTheirPlace(t *testing.T) {
	for _, bad := range badFiles {
		t.Run(bad.name, func(t *testing.T) {
			_, err := parseText(bad.text)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.HasPrefix(err.Error(), bad.want) {
				t.Errorf("got  %v\nwant %s", err, bad.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

// A file from anywhere is read or refused: no panic, and every error names the
// file.
func FuzzConfig(f *testing.F) {
	for _, bad := range badFiles {
		f.Add(bad.text)
	}
	good, err := filepath.Glob("testdata/config/*.yaml")
	if err != nil || len(good) == 0 {
		f.Fatalf("no good files: %v", err)
	}
	for _, name := range good {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseText(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "hookassay.yaml:") {
				t.Errorf("%q: the error has no place: %v", text, err)
			}
			return
		}
		if _, err := c.With(Overrides{}); err != nil {
			t.Errorf("%q: right when it is read, and then: %v", text, err)
		}
	})
}
