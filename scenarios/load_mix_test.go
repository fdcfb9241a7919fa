package scenarios

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

func TestEveryKeyOfALoadScenario(t *testing.T) {
	s, err := readLoad(t, "mix: {genuine: 3, forged: 1}\n", `mix: {genuine: 60, duplicate: 5, racing: 5, retry: 5, forged: 5, stale: 5, malformed: 5, unknown-type: 5, large: 5}
types: {invoice.paid: 9, invoice.voided: 1}
sizes: {800: 5, 16KiB: 3, 1 MiB: 1}
keys: {objects: 1000, skew: 1.1}
connections: reuse 100
in_flight: 64
ack_timeout: 5s
retries: {within: 30s, attempts: 4}
catch_up: 2.5
abort: ["genuine: errors > 50% for 5s"]
`)
	if err != nil {
		t.Fatal(err)
	}
	for i, class := range LoadClasses {
		if s.Mix[i].Name != class {
			t.Errorf("mix is %v", s.Mix)
		}
	}
	want := LoadScenario{
		Types:       []Weight{{"invoice.paid", 9}, {"invoice.voided", 1}},
		Sizes:       []SizeWeight{{800, 5}, {16 << 10, 3}, {1 << 20, 1}},
		Keys:        &Keys{1000, 1.1},
		Connections: 100, InFlight: 64, AckTimeout: 5 * time.Second, CatchUp: 2.5,
		Retries: &LoadRetries{mockprovider.Duration(30 * time.Second), 4},
	}
	got := LoadScenario{
		Types: s.Types, Sizes: s.Sizes, Keys: s.Keys, Connections: s.Connections,
		InFlight: s.InFlight, AckTimeout: s.AckTimeout, CatchUp: s.CatchUp, Retries: s.Retries,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if len(s.Abort) != 1 || s.Abort[0].For != 5*time.Second {
		t.Errorf("abort is %v", s.Abort)
	}
}

func TestWhatIsLeftOut(t *testing.T) {
	s, err := readLoad(t, "own", "own")
	if err != nil {
		t.Fatal(err)
	}
	if s.InFlight != 256 || s.CatchUp != 1.5 || s.AckTimeout != 0 || s.Connections != KeepAlive || s.Keys != nil || s.Retries != nil {
		t.Errorf("%+v", s)
	}
}

// badMixes stand before the line of the mix, or in place of it.
var badMixes = []struct {
	old, new, want string
	beyond         bool // of what a JSON Schema can say
}{
	{"mix: {genuine: 3, forged: 1}\n", "", "own.yaml:1:1: own: mix: genuine is missing", false},
	{"{genuine: 3, forged: 1}", "{}", "own.yaml:5:6: own: mix: genuine is missing", false},
	{"{genuine: 3, forged: 1}", "[genuine]", "own.yaml:5:6: expected a map of names to weights", false},
	{"forged: 1", "forgd: 1", `own.yaml:5:26: own: mix: unknown class "forgd"; did you mean "forged"?`, false},
	{"forged: 1", "forged: 1.5", "own.yaml:5:27: a number here is whole", false},
	{"forged: 1", "forged: few", `own.yaml:5:27: the weight of forged is "few"; it is a whole number, 1 to 10000`, false},
	{"forged: 1", "forged: 99999999999999999999", `own.yaml:5:27: the weight of forged is "99999999999999999999"`, false},
	{"forged: 1", "forged: 10001", "own.yaml:5:27: own: mix: the weight of forged is 10001", false},
	{"forged: 1", "forged: -1", "own.yaml:5:27: own: mix: the weight of forged is -1", false},
	{"forged: 1", "genuine: 1", `own.yaml:5:19: mapping key "genuine" already defined`, false},
	{"forged: 1", "racing: 4", "own.yaml:5:27: own: mix: the weight of racing is 4, but each races a genuine one, of which there are 3", true},
	{"mix:", "types: {invoice.paid: 0}\nmix:", "own.yaml:5:23: own: types: the weight of invoice.paid is 0", false},
	{"mix:", "types: {\"\": 1}\nmix:", "own.yaml:5:9: own: types: a name is empty", false},
	{"mix:", "sizes: {2MiB: 1}\nmix:", `own.yaml:5:9: "2MiB" is no size (write 800, 16KiB or 1MiB, at most 1MiB)`, true},
	{"mix:", "sizes: {1KB: 1}\nmix:", `"1KB" is no size`, false},
	{"mix:", "sizes: {0: 1}\nmix:", `"0" is no size`, false},
	{"mix:", "sizes: {1KiB: 1, 1024: 2}\nmix:", "sizes: 1024 bytes stand there twice", true},
	{"mix:", "sizes: {1KiB: 0}\nmix:", "sizes: the weight of 1KiB is 0", false},
	{"mix:", "keys: {}\nmix:", "own.yaml:5:7: own: keys: objects is 0; it is 1 to 1000000", false},
	{"mix:", "keys: {objects: 1000001}\nmix:", "own.yaml:5:17: own: keys: objects is 1000001", false},
	{"mix:", "keys: {objects: 1.5}\nmix:", "own.yaml:5:17: a number here is whole", false},
	{"mix:", "keys: {objects: 10, skew: 5.5}\nmix:", "own.yaml:5:27: own: keys: skew is 5.5; it is 0 (all alike) to 5", false},
	{"mix:", "keys: {objects: 10, skew: -1}\nmix:", "keys: skew is -1", false},
	{"mix:", "keys: {objects: 10, skew: .nan}\nmix:", "own.yaml:5:27: ", false},
	{"mix:", "keys: {objects: 10, skew: \"NaN\"}\nmix:", "own.yaml:5:27: expected a number", false},
	{"mix:", "keys: {objects: 10, scew: 1}\nmix:", `did you mean "skew"?`, false},
	{"mix:", "connections: churnn\nmix:", `own.yaml:5:14: connections is "churnn"; it is keep-alive, churn or "reuse 100"`, false},
	{"mix:", "connections: reuse 0\nmix:", `connections is "reuse 0"`, false},
	{"mix:", "connections: reuse 1000001\nmix:", `connections is "reuse 1000001"`, true},
	{"mix:", "in_flight: 0\nmix:", "own.yaml:5:12: own: in_flight is 0; it is 1 to 16384", false},
	{"mix:", "in_flight: 16385\nmix:", "in_flight is 16385", false},
	{"mix:", "ack_timeout: 1ns\nmix:", "own.yaml:5:14: own: ack_timeout is 1ns; it is 1ms to 10m0s", true},
	{"mix:", "ack_timeout: 0s\nmix:", "own.yaml:5:14: ack_timeout is 0s; leave it out for the target's own", true},
	{"mix:", "ack_timeout: -1s\nmix:", "own.yaml:5:14: own: ack_timeout is -1s", false},
	{"mix:", "ack_timeout: 11m\nmix:", "ack_timeout is 11m0s; it is 1ms to 10m0s", true},
	{"mix:", "ack_timeout: 5\nmix:", `own.yaml:5:14: "5" is no duration`, false},
	{"mix:", "catch_up: 0\nmix:", "own.yaml:5:11: own: catch_up is 0", false},
	{"mix:", "catch_up: 0.5\nmix:", "catch_up is 0.5; a schedule that is behind is played 1 to 10 times as fast", false},
	{"mix:", "catch_up: 10.1\nmix:", "catch_up is 10.1", false},
	{"mix:", "catch_up: fast\nmix:", "own.yaml:5:11: expected a number", false},
	{"mix:", "retries: {}\nmix:", "own.yaml:5:10: own: retries: within is 0s", false},
	{"mix:", "retries: {within: 2h}\nmix:", "own.yaml:5:19: own: retries: within is 2h0m0s; it is more than 0 and at most 1h0m0s", true},
	{"mix:", "retries: {within: 10s, attempts: 1}\nmix:", "own.yaml:5:34: own: retries: attempts is 1; it is 2 to 100", false},
	{"name: own", "name: a b", `own.yaml:1:7: a b: name is "a b"`, false},
	{"title: T\n", "", "own.yaml:1:1: own: title is missing", false},
	{"why: W\n", "", "own: why is missing", false},
	{"title: T", "title: 1.5", "own.yaml:2:8: a number here is whole", false},
	{"  - \"lost = 0\"\n", "  []\n", "own.yaml:7:3: own: objectives is missing", false},
}

func TestBadMixes(t *testing.T) {
	for _, tt := range badMixes {
		if _, err := readLoad(t, tt.old, tt.new); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v\nwant %s", tt.new, err, tt.want)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	for _, text := range []string{"800", "16KiB", "1MiB", "1 MiB", "-1", "9223372036854775807KiB", "KiB", "1KiBMiB"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseSize(text); err == nil && (n < 1 || n > maxSize) || err != nil && n != 0 {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	})
}

func FuzzConnections(f *testing.F) {
	for _, text := range []string{"keep-alive", "churn", "reuse 100", "reuse 1", "reuse -1", "reuse", " churn "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c, again Connections
		if err := c.UnmarshalText([]byte(text)); err != nil {
			return
		}
		b, err := c.MarshalText()
		if err != nil || again.UnmarshalText(b) != nil || again != c || c < 0 || c > maxReuse {
			t.Errorf("%q: %d, written as %s, read as %d, %v", text, c, b, again, err)
		}
	})
}
