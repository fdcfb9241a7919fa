package reports

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

func TestMarshalIsCanonical(t *testing.T) {
	for name, r := range sampleReports() {
		t.Run(name, func(t *testing.T) {
			first, err := Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Read(bytes.NewReader(first))
			if err != nil {
				t.Fatal(err)
			}
			second, err := Marshal(again)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first, second) {
				t.Error("reading and writing changed the bytes")
			}
			golden(t, name+".json", first)
		})
	}
}

func TestMarshalForm(t *testing.T) {
	zone := time.FixedZone("east", 2*3600)
	at := time.Date(2026, 3, 1, 14, 0, 0, 123456789, zone)
	r := Report{
		Schema:    Schema,
		Started:   at,
		Finished:  at.Truncate(time.Second),
		Nonce:     "<&\xff>",
		Profile:   "\u009b31m\u202e\u2028",
		Scenarios: []Scenario{{ID: "a.b", Findings: []Finding{{Evidence: Evidence{SentAt: &at}}}}, {ID: "a.c"}},
		Load:      []Load{{Classes: []LoadClass{{}}}},
	}
	data, err := Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, want := range []string{
		"{\n  \"schema\": \"hookassay.report/v1\",\n",
		`"started": "2026-03-01T12:00:00.123Z"`,
		`"finished": "2026-03-01T12:00:00Z"`,
		`"sent_at": "2026-03-01T12:00:00.123Z"`,
		"\"nonce\": \"<&\uFFFD>\"",
		`"profile": "\u009b31m\u202e\u2028"`, // what steers terminals
		`"exit_reasons": []`, `"preflight": []`, `"probes": []`, `"sources": []`, `"findings": []`,
		`"objectives": []`, `"windows": []`, `"secrets": {}`, `"statuses": {}`, `"errors": {}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "null") {
		t.Errorf("null in\n%s", text)
	}
	if !strings.HasSuffix(text, "\n}\n") {
		t.Error("no newline at the end")
	}
	if r.Scenarios[1].Findings != nil || !r.Started.Equal(at) {
		t.Error("Marshal changed its argument")
	}
}

func TestMarshalRefuses(t *testing.T) {
	tests := map[string]Report{
		"not finite":     {Load: []Load{{Generator: Generator{LittleError: math.NaN()}}}},
		"too far a year": {Started: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for name, r := range tests {
		if _, err := Marshal(r); err == nil || !strings.HasPrefix(err.Error(), "report: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, in, err string }{
		{"nothing", "", "report: not JSON: unexpected end of JSON input (byte 0)"},
		{"no JSON", "verdict: pass", "report: not JSON: invalid character 'v' looking for beginning of value (byte 1)"},
		{"cut off", `{"schema":"hookassay.report/v1","seed":1`, "report: not JSON: unexpected end of JSON input (byte 40)"},
		{"no schema", `{"seed":1}`, `report: it names no schema; "hookassay.report/v1" is wanted`},
		{"a newer schema", `{"schema":"hookassay.report/v2","new":1}`,
			`report: its schema is "hookassay.report/v2"; this program reads "hookassay.report/v1"`},
		{"an unknown field", `{"schema":"hookassay.report/v1","new":1}`, `report: json: unknown field "new"`},
		{"a wrong type", `{"schema":"hookassay.report/v1","seed":"x"}`,
			"report: json: cannot unmarshal string into Go struct field Report.seed of type int64"},
		{"two reports", `{"schema":"hookassay.report/v1"}{}`, "report: not JSON: invalid character '{' after top-level value (byte 33)"},
		{"a list", `[]`, "report: not a report: JSON array at byte 1"},
		{"a year that UTC moves out of range", `{"schema":"hookassay.report/v1","started":"9999-12-31T23:59:59-01:00"}`,
			"report: the year 10000 is outside 0 to 9999"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.in))
			if err == nil {
				t.Fatal("read")
			}
			if err.Error() != test.err {
				t.Errorf("got  %s\nwant %s", err, test.err)
			}
		})
	}
}

// spaces is an endless document.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadIsBounded(t *testing.T) {
	if _, err := Read(spaces{}); err == nil || err.Error() != "report: larger than 64 MiB" {
		t.Errorf("error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	// Small ones: the engine spends its time on shrinking large ones.
	for _, r := range []Report{{Schema: Schema}, {Schema: Schema, Scenarios: []Scenario{{ID: "a.b", Findings: []Finding{{}}}}}} {
		data, err := Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("{\"schema\":\"hookassay.report/v1\",\"nonce\":\"\xff\u2028\",\"scenarios\":[null,{\"findings\":null}]}"))
	f.Add([]byte(`{"schema":"hookassay.report/v1","started":"0000-01-01T00:00:00+01:00"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := Read(bytes.NewReader(in))
		if err != nil {
			return
		}
		first, err := Marshal(r)
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := Read(bytes.NewReader(first))
		if err != nil {
			t.Fatalf("written, but not read: %v", err)
		}
		if second, err := Marshal(again); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("not canonical (%v):\n%s\n%s", err, first, second)
		}
	})
}
