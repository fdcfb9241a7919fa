package mockprovider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// oddHeaderValues are values that the grammar of RFC 9110 section 5.5 allows
// and that careless code does not expect.
var oddHeaderValues = []string{
	"", "0", "-1", "1e9", "null", "undefined", "NaN", ",", ", ,", ";", "=", `"`, `""`, `"\"`, "'", "\\",
	"%", "%zz", "%00", "%0d%0a", "%u0000", "{{7*7}}", "${7*7}", "%s%n", "../..", "[a-(", "a\tb", "a  b",
	"\xe9", "\xff\xfe", "\xc3\xa9", "\xed\xa0\x80", "\xe2\x80\xae", "=?utf-8?q?=C3=A9?=", "UTF-8''%e9",
	"v1", "v1,", "v1,,", ",v1", "sha256", "sha256=", "=sha256", "t=,v1=", "Bearer", "Bearer ", "basic Og==",
	"application/json;", "application/json; charset", `application/json; charset="`, "*/*", "/",
	strings.Repeat("a", 4<<10), strings.Repeat("a,", 1<<10), strings.Repeat("=", 512), strings.Repeat("9", 400),
}

// framing are headers whose values are HTTP's own: with another the request
// would not be one.
var framing = []string{"host", "content-length", "transfer-encoding", "connection", "expect", "content-encoding"}

// mutateHeader alters the value of one header, or repeats it with another. No
// part of a value is sent alone: half a token is half a secret.
func (d *Draft) mutateHeader() error {
	dice := d.event.vary.dice("header.mutate")
	var places []int
	for i, f := range d.message.Fields {
		if !slices.Contains(framing, strings.ToLower(f.Name)) && !slices.Contains(d.c.Extra, f) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return errNothing
	}
	at, odd := pick(dice, places), pick(dice, oddHeaderValues)
	field := d.message.Fields[at]
	forms := []func() (how string){
		func() string { d.message.Fields[at].Value = odd; return "is " + short(odd) },
		func() string { d.message.Fields[at].Value = field.Value + odd; return "ends with " + short(odd) },
		func() string { d.message.Fields[at].Value = odd + field.Value; return "begins with " + short(odd) },
		func() string {
			d.message.Fields = slices.Insert(d.message.Fields, at+1, wire.Field{Name: field.Name, Value: odd})
			return "comes twice, then as " + short(odd)
		},
	}
	if odd == "" { // the other forms would change nothing
		forms = forms[:1]
	}
	how := pick(dice, forms)()
	d.choose("header.mutate", fmt.Sprintf("%s %s", field.Name, how))
	return nil
}
