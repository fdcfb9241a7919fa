package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/mockprovider"
)

// valid is a scenario that the ones below are one step from; each of its lines
// is replaced or followed by others.
const valid = `- id: auth.x
  title: t
  level: MUST
  risk: safe
  sources: [sw.headers]
  why: w
  fix: f
`

// steps is where a list of steps begins, on line 8.
const steps = valid + "  steps:\n"

// control is a genuine delivery, on line 9.
const control = steps + "    - {send: a, control: true, expect: accepted}\n"

func instead(line, other string) string {
	if !strings.Contains(valid, line) {
		panic("valid has no line " + line)
	}
	return strings.Replace(valid, line, other, 1) + "  fault: secret.wrong\n"
}

func TestParseErrorsTellThePlace(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an empty file", "", "f.yaml:1:1: expected one YAML document, found nothing"},
		{"only a comment", "# nothing yet\n", "f.yaml:1:1: expected one YAML document, found nothing"},
		{"a second document", valid + "  fault: secret.wrong\n---\n" + valid, "f.yaml:1:1: expected one YAML document, found 2"},
		{"no list", "id: auth.x\n", `f.yaml:1:1: expected a list of scenarios, each beginning with "- id:"`},
		{"no YAML", valid + "  fault: [secret.wrong\n", "f.yaml:8:10: sequence end token ']' not found"},
		{"an anchor", instead("why: w", "why: &w w"), "f.yaml:6:8: anchors and aliases are not part of the language"},
		{"an empty value", instead("why: w", "why:"), "f.yaml:6:7: empty value"},
		{"an empty item", control + "    -\n", "f.yaml:10:7: empty value"},
		{"a key twice", instead("why: w", "why: w\n  why: again"), `f.yaml:7:3: mapping key "why" already defined at [6:3]`},

		{"a key of a scenario", instead("title: t", "titel: t"), `f.yaml:2:3: unknown key "titel"; did you mean "title"?`},
		{"a key of a step", steps + "    - {send: a, expects: accepted}\n", `f.yaml:9:17: unknown key "expects"; did you mean "expect"?`},
		{"a key of an answer", steps + "    - send: a\n      answer:\n        max_bodies: 1\n", `f.yaml:11:9: unknown key "max_bodies"; did you mean "max_body"?`},
		{"a key of a header", steps + "    - {send: a, answer: {headers: [{nam: Allow}]}}\n", `f.yaml:9:37: unknown key "nam"; did you mean "name"?`},
		{"a key of a step in the scenario", valid + "  at_once: 2\n", `f.yaml:8:3: unknown key "at_once" here; it belongs under steps`},
		{"a fraction for a number", steps + "    - {send: a, at_once: 2.5, expect: accepted}\n", "f.yaml:9:26: a number here is whole, and a text that looks like a number is quoted"},
		{"a text for a number", steps + "    - {send: a, at_once: two, expect: accepted}\n", "f.yaml:9:26: cannot unmarshal string into Go struct field written.Steps of type int"},
		{"a text for a list", valid + "  needs: signature\n  fault: secret.wrong\n", "f.yaml:8:10: expected a list"},
		{"a map for a text", instead("title: t", "title: {a: b}"), "f.yaml:2:10: cannot unmarshal map[string]interface {} into Go struct field written.Title of type string"},
		{"a list for a map", valid + "  effects: [a]\n  fault: secret.wrong\n", "f.yaml:8:12: expected a map of names"},
		{"a text for a step", steps + "    - send\n", "f.yaml:9:7: expected a map with send, again, retry, request, pause, measure, process, without, …"},
		{"a number for a duration", steps + "    - {pause: 5}\n", `f.yaml:9:15: "5" is no duration (write 300ms, 5s, 2m)`},
		{"a fault of two", valid + "  fault: {header.remove: [a], header.empty: [b]}\n", "f.yaml:8:11: a fault is one name with its parameter; put several into a list"},
		{"a list for headers", steps + "    - {request: {method: GET, headers: [a]}, expect: anything}\n", "f.yaml:9:40: expected a map of names to texts"},
		{"a list in a parameter", valid + "  fault: {header.remove: [[a]]}\n", "f.yaml:8:27: expected a text"},

		{"an id", instead("auth.x", "auth_x"), `f.yaml:1:7: auth_x: id "auth_x": expected group.name in lower case, such as auth.wrong-key`},
		{"no id", instead("id: auth.x\n  ", ""), `f.yaml:1:3: id "": expected group.name in lower case, such as auth.wrong-key`},
		{"another group", instead("auth.x", "sig.x"), `f.yaml:1:7: sig.x: the id does not begin with "auth.", the file's name`},
		{"no title", instead("  title: t\n", ""), "f.yaml:1:3: auth.x: title is missing"},
		{"nothing said", instead("  title: t\n  level: MUST\n  risk: safe\n  sources: [sw.headers]\n  why: w\n  fix: f\n", ""), "f.yaml:1:3: auth.x: title is missing"},
		{"no why", instead("  why: w\n", ""), "f.yaml:1:3: auth.x: why is missing"},
		{"no fix", instead("  fix: f\n", ""), "f.yaml:1:3: auth.x: fix is missing"},
		{"no source", instead("  sources: [sw.headers]\n", ""), "f.yaml:1:3: auth.x: sources is missing: a scenario ships only with a source somebody can open"},
		{"a source", instead("sw.headers", "sw.header"), `f.yaml:5:13: auth.x: unknown source "sw.header"; did you mean "sw.headers"?`},
		{"a source without TLS", instead("sw.headers", "http://example.com/"), `f.yaml:5:13: auth.x: unknown source "http://example.com/"`},
		{"a level", instead("MUST", "must"), `f.yaml:3:10: auth.x: unknown level "must"; did you mean "MUST"?`},
		{"a risk", instead("safe", "save"), `f.yaml:4:9: auth.x: unknown risk "save"; did you mean "safe"?`},
		{"a feature", valid + "  needs: [timestamps]\n  fault: secret.wrong\n", `f.yaml:8:11: auth.x: unknown feature "timestamps"; did you mean "timestamp"?`},
		{"a scheme", valid + "  schemes: [git-hub]\n  fault: secret.wrong\n", `f.yaml:8:13: auth.x: unknown scheme "git-hub"; did you mean "github"?`},
		{"a profile", valid + "  profiles: [prod]\n  fault: secret.wrong\n", `f.yaml:8:14: auth.x: unknown profile "prod"; did you mean "production"?`},
		{"an outcome", valid + "  fault: secret.wrong\n  expect: rejekted\n", `f.yaml:9:11: auth.x: unknown outcome "rejekted"; did you mean "rejected"?`},
		{"an inspection", valid + "  fault: secret.wrong\n  answer: {lacks: [stack-traces]}\n", `f.yaml:9:20: auth.x: step 2: unknown inspection "stack-traces"; did you mean "stack-trace"?`},
		{"a grade", valid + "  fault: secret.wrong\n  answer: {headers: [{name: a, message: m, grade: fial}]}\n", `f.yaml:9:51: auth.x: step 2: unknown grade "fial"; did you mean "fail"?`},
		{"the grade of no violation", valid + "  fault: secret.wrong\n  answer: {headers: [{name: a, message: m, grade: pass}]}\n", `f.yaml:9:51: auth.x: step 2: unknown grade "pass"; did you mean "warn"?`},
		{"a header without message", valid + "  fault: secret.wrong\n  answer: {headers: [{name: a}]}\n", "f.yaml:9:23: auth.x: step 2: a header's requirement has a name and a message"},
		{"a fault", valid + "  fault: secret.worng\n", `f.yaml:8:10: auth.x: step 2: unknown fault "secret.worng"; did you mean "secret.wrong"?`},
		{"a fault's parameter", valid + "  fault: {timestamp.shift: 30s}\n", `f.yaml:8:11: auth.x: step 2: fault timestamp.shift: "30s": write past+30s, past-5s, future+30s, future-5s, -24h or +1h`},
		{"a fault's empty parameter", valid + "  fault: {header.remove: []}\n", "f.yaml:8:11: auth.x: step 2: fault header.remove: a list with nothing in it alters nothing"},
		{"several things", strings.Replace(control, "MUST", "mist", 1) + "    - {send: a, expect: accepted, fault: secret.worng}\n", "f.yaml:3:10: auth.x: unknown level \"mist\"; did you mean \"MUST\"?\nstep 2: unknown fault \"secret.worng\"; did you mean \"secret.wrong\"?"},

		{"neither steps nor fault", valid, "f.yaml:1:3: auth.x: neither steps nor fault"},
		{"steps and fault", control + "  fault: secret.wrong\n", "f.yaml:10:10: auth.x: both steps and fault: fault at this level is the short form of control, fault, control"},
		{"expect beside steps", control + "  expect: accepted\n", "f.yaml:10:11: auth.x: expect, answer and times belong to a step, or beside fault"},
		{"answer beside steps", control + "  answer: {max_body: 1}\n", "f.yaml:10:12: auth.x: expect, answer and times belong to a step, or beside fault"},
		{"a fault without a control", steps + "    - {send: a, fault: secret.wrong, expect: rejected}\n", `f.yaml:1:3: auth.x: a fault without a control: add a genuine delivery with "control: true"`},
		{"a control with a fault", steps + "    - {send: a, fault: secret.wrong, control: true, expect: rejected}\n", `f.yaml:1:3: auth.x: a fault without a control: add a genuine delivery with "control: true"`},
		{"a control that is repeated only", steps + "    - {send: a, expect: accepted}\n    - {again: a, control: true, fault: body.tamper, expect: rejected}\n  effects: {a: 1}\n", `f.yaml:1:3: auth.x: a fault without a control: add a genuine delivery with "control: true"`},
		{"ambiguous effects", control + "    - {send: b, fault: secret.wrong, expect: rejected}\n    - {send: b, expect: accepted}\n", `f.yaml:11:8: auth.x: the steps of "b" expect 0 and 1+ effects: say which under effects`},
		{"an effect of nobody", control + "  effects: {b: 1}\n", `f.yaml:10:16: auth.x: effects names "b", which no step sends`},
		{"an effect", control + "  effects: {a: 3}\n", `f.yaml:10:16: auth.x: effects: a is "3"; there are 0, 1, 1+, 2, any`},

		{"a measure without a control", steps + "    - {measure: {window: past, from: 1s, to: 24h, wide: 10m}}\n", `f.yaml:1:3: auth.x: a measure without a control: add a genuine delivery with "control: true"`},
		{"a measure with something else", steps + "    - {send: a, control: true, expect: accepted}\n    - {measure: {window: past, from: 1s, to: 24h, wide: 10m}, expect: accepted}\n", "f.yaml:10:8: auth.x: step 2: a measure sends genuine deliveries and grades them itself: nothing goes with it"},
		{"a window on neither side", steps + "    - {send: a, control: true, expect: accepted}\n    - {measure: {window: passed, from: 1s, to: 24h, wide: 10m}}\n", `f.yaml:10:26: auth.x: step 2: window "passed"; there are past, future`},
		{"a measure finer than the clock", steps + "    - {send: a, control: true, expect: accepted}\n    - {measure: {window: past, from: 500ms, to: 24h, wide: 10m}}\n", "f.yaml:10:38: auth.x: step 2: from and to are whole seconds, and from is at least one"},
		{"a measure of nothing", steps + "    - {send: a, control: true, expect: accepted}\n    - {measure: {window: past, from: 2s, to: 3s, wide: 10m}}\n", "f.yaml:10:46: auth.x: step 2: to is at least twice from: there is nothing to halve otherwise"},
		{"a measure that notes nothing", steps + "    - {send: a, control: true, expect: accepted}\n    - {measure: {window: past, from: 1s, to: 24h, wide: 48h}}\n", "f.yaml:10:57: auth.x: step 2: wide lies between from and to"},
		{"two kinds of step", steps + "    - {send: a, pause: 1s, expect: accepted}\n", "f.yaml:9:8: auth.x: step 1: a step is exactly one of send, again, retry, request, pause, measure, process, await"},
		{"no kind of step", steps + "    - {control: true}\n", "f.yaml:9:8: auth.x: step 1: a step is exactly one of send, again, retry, request, pause, measure, process, await"},
		{"nothing expected", steps + "    - {request: {method: GET}}\n", "f.yaml:9:8: auth.x: step 1: expect is missing"},
		{"again of nobody", control + "    - {again: b, expect: duplicate}\n", `f.yaml:10:15: auth.x: step 2: again "b": nothing of that label was sent before`},
		{"again before", steps + "    - {again: a, expect: accepted}\n    - {send: a, expect: accepted}\n", `f.yaml:9:15: auth.x: step 1: again "a": nothing of that label was sent before`},
		{"again signed anew", control + "    - {again: a, fault: body.pretty, expect: duplicate}\n", "f.yaml:10:8: auth.x: step 2: again sends what was signed before: only faults of the finished message or of the wire fit"},
		{"again with another's id", control + "    - {again: a, id_of: a, expect: duplicate}\n", "f.yaml:10:8: auth.x: step 2: again sends what was made before: id_of and body_of go with send"},
		{"id_of nobody", control + "    - {send: b, id_of: b, expect: accepted}\n", `f.yaml:10:24: auth.x: step 2: id_of "b": nothing of that label was sent before`},
		{"body_of nobody", control + "    - {send: b, body_of: c, expect: accepted}\n", `f.yaml:10:26: auth.x: step 2: body_of "c": nothing of that label was sent before`},
		{"object_of nobody", control + "    - {send: b, object_of: c, expect: accepted}\n", `f.yaml:10:28: auth.x: step 2: object_of "c": nothing of that label was sent before`},
		{"object_of itself", control + "    - {send: a, object_of: a, expect: accepted}\n", "f.yaml:10:28: auth.x: step 2: object_of names another label: an event is about its own object anyway"},
		{"abreast of nothing", control + "    - {send: b, abreast: true, expect: accepted}\n    - {send: c, expect: accepted}\n", "f.yaml:10:26: auth.x: step 2: abreast of nothing: the step before it or behind it is abreast, too"},
		{"a state of no stage", control + "  states: {a: 1}\n", "f.yaml:10:15: auth.x: states: a is 1: it is the stage of the step that sends a"},
		{"a state of nobody", control + "  states: {b: 1}\n", "f.yaml:10:15: auth.x: states: b is 1: it is the stage of the step that sends b"},
		{"states without a control", steps + "    - {send: a, stage: 1, expect: accepted}\n  states: {a: 1}\n", `f.yaml:10:12: auth.x: states without a control: add an object whose events come in order, the last with "control: true"`},
		{"states of what is restarted", steps + "    - {send: a, stage: 1, control: true, expect: accepted}\n    - {process: stop}\n  states: {a: 1}\n", "f.yaml:11:12: auth.x: states are read before any scenario with a process step is played: it has none"},
		{"one copy", steps + "    - {send: a, at_once: 1, expect: accepted}\n", "f.yaml:9:26: auth.x: step 1: at_once is 1; it is 2 to 64"},
		{"too many copies", steps + "    - {send: a, at_once: 65, expect: accepted}\n", "f.yaml:9:26: auth.x: step 1: at_once is 65; it is 2 to 64"},
		{"times of nothing", steps + "    - {send: a, times: -1, expect: accepted}\n", "f.yaml:9:24: auth.x: step 1: times is -1; it is 1 to 1000"},
		{"times without end", steps + "    - {send: a, times: 1001, expect: accepted}\n", "f.yaml:9:24: auth.x: step 1: times is 1001; it is 1 to 1000"},
		{"times beside steps", control + "  times: 2\n", "f.yaml:10:10: auth.x: expect, answer and times belong to a step, or beside fault"},
		{"times of what was sent", control + "    - {again: a, times: 2, expect: duplicate}\n", "f.yaml:10:25: auth.x: step 2: times makes fresh events: it goes with send alone, without at_once, id_of and body_of"},
		{"times of copies", steps + "    - {send: a, times: 2, at_once: 2, expect: accepted}\n", "f.yaml:9:24: auth.x: step 1: times makes fresh events: it goes with send alone, without at_once, id_of and body_of"},
		{"times of one id", control + "    - {send: b, id_of: a, times: 2, expect: duplicate}\n", "f.yaml:10:34: auth.x: step 2: times makes fresh events: it goes with send alone, without at_once, id_of and body_of"},
		{"a label of many events", steps + "    - {send: a, times: 2, expect: accepted}\n    - {again: a, expect: duplicate}\n", `f.yaml:9:24: auth.x: step 1: "a" is many events, and another step names it`},
		{"a pause back in time", steps + "    - {pause: -1s}\n", "f.yaml:9:15: auth.x: step 1: pause is -1s; it is at most 1m0s, and not negative"},
		{"a pause without end", steps + "    - {pause: 61s}\n", "f.yaml:9:15: auth.x: step 1: pause is 1m1s; it is at most 1m0s, and not negative"},
		{"no level", instead("  level: MUST\n", ""), "f.yaml:1:3: auth.x: level is missing"},
		{"no risk", instead("  risk: safe\n", ""), "f.yaml:1:3: auth.x: risk is missing"},
		{"no outcome", steps + "    - {send: a}\n", "f.yaml:9:8: auth.x: step 1: expect is missing"},
		{"the second of faults", control + "    - send: b\n      faults:\n        - secret.wrong\n        - {body.pad: 1000000000000}\n      expect: rejected\n", `f.yaml:13:12: auth.x: step 2: fault body.pad: "1000000000000" is no number of bytes from 0 to 67108864`},
		{"copies on one connection", steps + "    - {send: a, at_once: 2, connection: c, expect: accepted}\n", "f.yaml:9:8: auth.x: step 1: at_once needs a connection for each copy; connection names one"},
		{"a pause that is a control", control + "    - {pause: 1s, control: true}\n", "f.yaml:10:8: auth.x: step 2: a pause only waits: nothing goes with it"},
		{"a pause with a fault", control + "    - {pause: 1s, fault: secret.wrong}\n", "f.yaml:10:8: auth.x: step 2: a pause only waits: nothing goes with it"},
		{"a request with a fault", control + "    - {request: {method: GET}, fault: secret.wrong, expect: rejected}\n", "f.yaml:10:8: auth.x: step 2: a request is sent as it stands: fault, id_of and body_of go with send"},
		{"the second scenario", valid + "  fault: secret.wrong\n" + strings.Replace(valid, "auth.x", "auth.Y", 1), `f.yaml:9:7: auth.Y: id "auth.Y": expected group.name in lower case, such as auth.wrong-key`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			known, err := loadSources()
			if err != nil {
				t.Fatal(err)
			}
			list, err := document{file: "f.yaml", group: "auth", known: known}.parse([]byte(tt.text))
			if list != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestShortFormIsControlFaultControl(t *testing.T) {
	parse := func(text string) Scenario {
		t.Helper()
		known, err := loadSources()
		if err != nil {
			t.Fatal(err)
		}
		list, err := document{file: "f.yaml", known: known}.parse([]byte(text))
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	for _, tt := range []struct{ name, short, long string }{
		{"one fault", "  fault: secret.wrong\n", `  steps:
    - {send: before, control: true, expect: accepted}
    - {send: faulty, fault: secret.wrong, expect: rejected}
    - {send: after, control: true, expect: accepted}
`},
		{"several, and an answer", "  faults: [{header.set: {b: 2, a: 1}}, body.tamper]\n  expect: survived\n  answer: {max_body: 9, within: {warn: 1s, fail: 2s}}\n", `  steps:
    - {send: before, control: true, expect: accepted}
    - send: faulty
      faults: [{header.set: {b: 2, a: 1}}, body.tamper]
      expect: survived
      answer: {max_body: 9, within: {warn: 1s, fail: 2s}}
    - {send: after, control: true, expect: accepted}
`},
	} {
		short, long := parse(valid+tt.short), parse(valid+tt.long)
		if !reflect.DeepEqual(short, long) {
			t.Errorf("%s:\n%+v\n%+v", tt.name, short, long)
		}
	}
	s := parse(valid + "  fault: {header.set: {b: 2, a: \"{secret}\"}}\n")
	want := mockprovider.FaultUse{Name: "header.set", Param: mockprovider.Param{Map: []mockprovider.Pair{{Key: "b", Value: "2"}, {Key: "a", Value: "{secret}"}}}}
	if got := s.Steps[1].Faults; !reflect.DeepEqual(got, []mockprovider.FaultUse{want}) {
		t.Errorf("faults are %+v, want %+v", got, want)
	}
	if want := map[string]string{"before": "1+", "faulty": "0", "after": "1+"}; !reflect.DeepEqual(s.Effects, want) {
		t.Errorf("effects are %v, want %v", s.Effects, want)
	}
	if s.Location != "f.yaml:1" {
		t.Errorf("location is %s", s.Location)
	}
}

func TestEffectsFollowFromOutcomes(t *testing.T) {
	for _, tt := range []struct {
		name, steps string
		want        map[string]string
	}{
		{"processed, then known", "    - {send: a, control: true, expect: accepted}\n    - {again: a, expect: duplicate}\n", map[string]string{"a": "1"}},
		{"the same twice", "    - {send: a, expect: accepted}\n    - {send: a, expect: accepted}\n", map[string]string{"a": "1+"}},
		{"nothing of a request", "    - {request: {method: GET}, expect: method-refused}\n    - {pause: 1ms}\n    - {send: a, expect: acknowledged}\n", map[string]string{"a": "any"}},
		{"said", "    - {send: a, control: true, expect: accepted}\n    - {send: a, fault: secret.wrong, expect: rejected}\n  effects: {a: 1}\n", map[string]string{"a": "1"}},
		{"said, against the outcome", "    - {send: a, expect: accepted}\n  effects: {a: any}\n", map[string]string{"a": "any"}},
	} {
		known, err := loadSources()
		if err != nil {
			t.Fatal(err)
		}
		list, err := document{file: "f.yaml", known: known}.parse([]byte(steps + tt.steps))
		if err != nil || !reflect.DeepEqual(list[0].Effects, tt.want) {
			t.Errorf("%s: %v, %v; want %v", tt.name, list, err, tt.want)
		}
	}
}

func TestLoadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	own := strings.Replace(valid, "sw.headers", "https://example.com/policy", 1) + "  fault: secret.wrong\n"
	a := write("good/a.yaml", own)
	b := write("good/b.yaml", strings.Replace(own, "auth.x", "mine.y", 1))
	write("good/notes.txt", "not a scenario")
	twiceA, twiceB := write("twice/a.yaml", own), write("twice/b.yaml", "# another\n"+own)
	bad := write("bad.yaml", strings.Replace(own, "MUST", "", 1))
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	list, err := LoadFile(filepath.Join(dir, "good"))
	var got []string
	for _, s := range list {
		got = append(got, s.ID+" "+s.Location+" "+s.Sources[0].URL)
	}
	if want := []string{"auth.x " + a + ":1 https://example.com/policy", "mine.y " + b + ":1 https://example.com/policy"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "absent.yaml"): "stat " + filepath.Join(dir, "absent.yaml") + ": no such file or directory",
		filepath.Join(dir, "empty"):       filepath.Join(dir, "empty") + " holds no *.yaml file",
		filepath.Join(dir, "twice"):       twiceB + ":2: auth.x stands at " + twiceA + ":1 already",
		bad:                               bad + ":3:9: empty value",
		write("huge.yaml", strings.Repeat("#", maxFile+1)): filepath.Join(dir, "huge.yaml") + ": more than the 4194304 bytes that it may have",
	} {
		if _, err := LoadFile(path); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// What a step needs follows from what it does.
func TestNeedsFollowFromTheSteps(t *testing.T) {
	for text, want := range map[string][]mockprovider.Feature{
		valid + "  fault: secret.wrong\n":                                                    nil,
		valid + "  needs: [signature]\n  fault: {header.remove: [\"{signatures}\"]}\n":       {"signature"},
		valid + "  fault: {header.set: {\"{timestamp}\": 0}}\n":                              {"timestamp-header"},
		valid + "  faults: [{header.remove: [\"{type}\", X-Other]}, id.tamper]\n":            {"type-header", "id-covered"},
		control + "    - {send: b, body_of: a, fault: body.tamper, expect: rejected}\n":      {"id", "body-covered"},
		valid + "  fault: {header.remove: [\"{credentials}\"]}\n  expect: refused-cleanly\n": nil,
	} {
		list, err := document{file: "f.yaml", known: map[string]Source{"sw.headers": {}}}.parse([]byte(text))
		if err != nil || !slices.Equal(list[0].Needs, want) {
			t.Errorf("%s\n%v: %+v, want needs %q", text, err, list, want)
		}
	}
}

// FuzzParse: whatever is in the file, either there are scenarios or an error
// that begins with the file's name.
func FuzzParse(f *testing.F) {
	names, err := filepath.Glob("catalogue/*.yaml")
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(b), "\n- id:")[1:] {
			f.Add("- id:" + part)
		}
	}
	for _, seed := range []string{"", "[]", "- id: a.b", control, "- &a {*a : *a}", "- id: [", "- 1", "- {id: a.b, fault: {x: }}", "? a\n: b", "- id: !!str a", "\xff", "- id: a.b\n  steps: [[[[["} {
		f.Add(seed)
	}
	known, err := loadSources()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := document{file: "f.yaml", known: known}.parse([]byte(text))
		if err != nil && (list != nil || !strings.HasPrefix(err.Error(), "f.yaml:")) {
			t.Errorf("%d scenarios and %v", len(list), err)
		}
		for _, s := range list {
			if err := s.check(); err != nil || s.Location == "" || s.Explain(new(strings.Builder), 40) != nil {
				t.Errorf("%s at %q: %v", s.ID, s.Location, err)
			}
		}
	})
}
