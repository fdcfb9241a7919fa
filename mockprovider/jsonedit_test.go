package mockprovider

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// odd is a body whose way of writing no encoder would keep.
const odd = `{ "a" : 1.50e+0, "b":{"c/d":"\u00e9\/é","":[ 1, 2 ,{"x~y":null}]},` + "\n\t" + `"1e3":9007199254740995, "dup":1 }` + "\n"

func TestEditsKeepOtherBytes(t *testing.T) {
	for _, tt := range []struct {
		name, pointer, raw, want string
	}{
		{"a number", "/a", "2", strings.Replace(odd, "1.50e+0", "2", 1)},
		{"a key with a solidus", "/b/c~1d", `"n"`, strings.Replace(odd, `"\u00e9\/é"`, `"n"`, 1)},
		{"a new member further down", "/b/e", `{"x":1}`, strings.Replace(odd, `{"x~y":null}]}`, `{"x~y":null}],"e":{"x":1}}`, 1)},
		{"a key that looks like a number", "/1e3", "0", strings.Replace(odd, "9007199254740995", "0", 1)},
		{"a new member", "/new", "[]", strings.Replace(odd, `"dup":1 }`, `"dup":1 ,"new":[]}`, 1)},
	} {
		got, err := setRawJSON([]byte(odd), tt.pointer, tt.raw)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", tt.name, err, got, tt.want)
		}
	}
	if got, err := removeJSON([]byte(odd), "/a"); err != nil || strings.Contains(string(got), "1.50") || !strings.Contains(string(got), `{"c/d":"\u00e9\/é","":[ 1, 2 ,{"x~y":null}]}`) {
		t.Errorf("removed: %v\n%s", err, got)
	}
	if got, err := setJSON([]byte(odd), "/a", "a/b <c> & \"d\" é"); err != nil || gjson.GetBytes(got, "a").String() != "a/b <c> & \"d\" é" {
		t.Errorf("a text: %v\n%s", err, got)
	}
}

func TestPointers(t *testing.T) {
	const doc = `{"a":{"b.c":1,"d/e":2,"f~g":3,"h*":4,"i?":5,"@j":6,"k|l":7,"#":8,"m\\n":9,"~1":11,":o":12,"é":13},"l":[20,21,{"x":22}],"0":30}`
	for pointer, want := range map[string]string{
		"/a/b.c": "1", "/a/d~1e": "2", "/a/f~0g": "3", "/a/h*": "4", "/a/i?": "5", "/a/@j": "6", "/a/k|l": "7",
		"/a/#": "8", `/a/m\n`: "9", "/a/~01": "11", "/a/:o": "12", "/a/é": "13",
		"/l/0": "20", "/l/1": "21", "/l/2/x": "22", "/0": "30",
		"/a/absent": "", "/l/9": "", "/l/x": "",
	} {
		v, err := getJSON([]byte(doc), pointer)
		if err != nil || v.Raw != want {
			t.Errorf("%s is %q, %v; want %q", pointer, v.Raw, err, want)
		}
		set, err := setRawJSON([]byte(doc), pointer, "99")
		if want == "" {
			continue
		}
		if err != nil || string(set) != strings.Replace(doc, ":"+want, ":99", 1) && string(set) != strings.Replace(doc, want, "99", 1) {
			t.Errorf("%s set: %v\n%s", pointer, err, set)
		}
	}
	for _, pointer := range []string{"", "a", "a/b", "#/a", "/", "/a/", "/a//b"} {
		if _, err := pointerPath(pointer); err == nil {
			t.Errorf("%q is taken for a JSON pointer", pointer)
		}
	}
}

// FuzzPointer: whatever the pointer, nothing panics, and what was set is
// there, in JSON.
func FuzzPointer(f *testing.F) {
	for _, pointer := range []string{"/a", "/b/c~1d", "/b//2/x~0y", "/", "//", "/l/-", "/:1", "/@this", "/a|b", `/\`, "/1e3"} {
		f.Add(odd, pointer)
	}
	f.Fuzz(func(t *testing.T, body, pointer string) {
		if len(pointer) > 64 || longNumber(pointer) { // an index pads its list
			return
		}
		if _, err := getJSON([]byte(body), pointer); err != nil {
			return
		}
		got, err := setRawJSON([]byte(body), pointer, `"set"`)
		if err != nil || !json.Valid([]byte(body)) {
			return
		}
		if !json.Valid(got) {
			t.Errorf("%s set in %q makes %q", pointer, body, got)
		}
		removed, err := removeJSON([]byte(body), pointer)
		if err == nil && !json.Valid(removed) {
			t.Errorf("%s removed from %q makes %q", pointer, body, removed)
		}
	})
}

func longNumber(s string) bool {
	digits := 0
	for _, r := range s {
		if digits++; r < '0' || r > '9' {
			digits = 0
		}
		if digits > 3 {
			return true
		}
	}
	return false
}

func FuzzRewritingKeepsTheValue(f *testing.F) {
	for _, body := range []string{
		odd, `{}`, `[]`, `"\/ \\/ \\\/ / \u002f"`, `{"a":{"b":[1,{"c":"x/y","d":"🔑"}]}}`, `"\\"`, ` [ 1 , "é\"é" ] `, `"\ud83d\udd11"`, `-0.0e1`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) || hasTwice(gjson.Parse(body)) {
			return
		}
		for name, rewritten := range map[string][]byte{
			"reversed": []byte(reverseKeys(gjson.Parse(body))),
			"escaped":  escapeUnicode([]byte(body)),
		} {
			if before, after := decoded(t, []byte(body)), decoded(t, rewritten); !reflect.DeepEqual(before, after) {
				t.Errorf("%s: %q became %q", name, body, rewritten)
			}
		}
		if i := bytes.IndexFunc(escapeUnicode([]byte(body)), func(r rune) bool { return r > 0x7f }); i >= 0 {
			t.Errorf("%q keeps what is beyond ASCII", body)
		}
	})
}

// hasTwice: the value of an object with one name twice is not defined
// (RFC 8259 section 4), so no rewriting can keep it.
func hasTwice(v gjson.Result) bool {
	seen, twice := map[string]bool{}, false
	v.ForEach(func(key, value gjson.Result) bool {
		if v.IsObject() {
			twice = twice || seen[key.String()]
			seen[key.String()] = true
		}
		twice = twice || (value.IsObject() || value.IsArray()) && hasTwice(value)
		return !twice
	})
	return twice
}

func decoded(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Errorf("%q is not JSON: %v", b, err)
	}
	return v
}

// Random values, deeper and odder than the templates.
func TestRewritingRandomValues(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		body, err := json.Marshal(randomValue(r, 4))
		if err != nil {
			t.Fatal(err)
		}
		want := decoded(t, body)
		if got := decoded(t, []byte(reverseKeys(gjson.ParseBytes(body)))); !reflect.DeepEqual(got, want) {
			t.Fatalf("reversed: %s", body)
		}
		if got := decoded(t, escapeUnicode(body)); !reflect.DeepEqual(got, want) {
			t.Fatalf("escaped: %s", body)
		}
		if twice := reverseKeys(gjson.Parse(reverseKeys(gjson.ParseBytes(body)))); twice != string(body) {
			t.Fatalf("reversed twice: %s\n%s", body, twice)
		}
	}
}

func randomValue(r *rand.Rand, depth int) any {
	kind := r.IntN(6)
	if depth == 0 {
		kind = r.IntN(4)
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return r.Float64() * 1e6
	case 3:
		return randomText(r)
	case 4:
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = randomValue(r, depth-1)
		}
		return list
	}
	object := map[string]any{}
	for range r.IntN(5) {
		object[randomText(r)] = randomValue(r, depth-1)
	}
	return object
}

func randomText(r *rand.Rand) string {
	alphabet := []rune(`ab/\"<&'é☕🔑` + "\u2028\n\t\x00")
	text := make([]rune, r.IntN(8))
	for i := range text {
		text[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(text)
}
