package mockprovider

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Faults with many forms. Which one a delivery gets follows from the seed, the
// scenario and the event's number, so that it can be sent again.
var variedFaults = []Fault{
	{
		Name: "body.each-field", Stage: StageBody, Param: ParamText, Needs: []Feature{"template-events"},
		Doc: "one field of the body is null, absent, of another type, empty, or huge: the first with the first event, those nearest to the root first",
		words: func(p Param) string {
			if p.Text == anyForm {
				return "one field of the body is in turn " + strings.Join(formNames(), ", ")
			}
			return fmt.Sprintf("one field of the body is %s: with each event another, those nearest to the root first", p.Text)
		},
		check: func(p Param) error {
			if p.Text != anyForm && !slices.Contains(formNames(), p.Text) {
				return fmt.Errorf("%q; a field is one of %s, or %s", p.Text, strings.Join(formNames(), ", "), anyForm)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { return d.eachField(p.Text) },
	},
	{
		Name: "body.mutate", Stage: StageBody, Needs: []Feature{"free-fields"},
		Doc:   "values, names and text of the body are altered in a way that the seed chooses, another with each event; in events of yours only where extra fields are free",
		apply: func(d *Draft, _ Param) error { return d.mutateBody() },
	},
	{
		Name: "header.mutate", Stage: StageSealed,
		Doc:   "the value of a header is altered in a way that the seed chooses, another with each event",
		apply: func(d *Draft, _ Param) error { return d.mutateHeader() },
	},
}

// anyForm stands for all forms of a field.
const anyForm = "any"

// fieldForms say what stands in a field's place, by the kind of its value: the
// first in the first round through the fields, and so on. Absent has none.
var fieldForms = map[string]map[byte][]string{
	"absent": {'{': {""}, '[': {""}, '"': {""}, 't': {""}, 'f': {""}, 'n': {""}, 0: {""}},
	"null":   {'{': {"null"}, '[': {"null"}, '"': {"null"}, 't': {"null"}, 'f': {"null"}, 0: {"null"}},
	"empty":  {'{': {"{}"}, '[': {"[]"}, '"': {`""`}, 0: {"0"}},
	"wrong": {
		'{': {`"text"`, "[]", "7"}, '[': {"{}", `"text"`, "7"}, '"': {"7", "{}", "[]", "true"}, 0: {`"7"`, "{}", "true"},
		't': {`"true"`, "1", "{}"}, 'f': {`"false"`, "0", "[]"}, 'n': {"{}", "7", `"text"`},
	},
	"huge": {
		'{': {"{" + many(500, func(i int) string { return fmt.Sprintf(`"m%d":%d`, i, i) }) + "}"},
		'[': {"[" + many(2000, func(int) string { return "0" }) + "]"},
		'"': {`"` + strings.Repeat("x", 16<<10) + `"`},
		0:   {strings.Repeat("9", 400)},
	},
}

func formNames() []string { return slices.Sorted(maps.Keys(fieldForms)) }

func many(n int, item func(int) string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = item(i)
	}
	return strings.Join(items, ",")
}

// eachField alters the field whose turn it is.
func (d *Draft) eachField(form string) error {
	number := d.event.vary.number()
	if form == anyForm {
		names := formNames()
		form, number = names[number%len(names)], number/len(names)
	}
	fields, err := jsonFields(d.body)
	if err != nil {
		return err
	}
	fields = slices.DeleteFunc(fields, func(f jsonField) bool {
		values := fieldForms[form][f.kind]
		return len(values) == 0 || values[0] == string(d.body[f.at:f.end])
	})
	if len(fields) == 0 {
		return fmt.Errorf("fields to be %s: %w", form, errNothing)
	}
	f, round := fields[number%len(fields)], number/len(fields)
	if form == "absent" {
		d.body = f.cut(d.body)
		d.choose("body.each-field", f.pointer+" is absent")
		return nil
	}
	values := fieldForms[form][f.kind]
	raw := values[round%len(values)]
	d.body = f.put(d.body, raw)
	d.choose("body.each-field", f.pointer+" is "+short(raw))
	return nil
}

// short shows the beginning of a long text.
func short(text string) string {
	const shown = 40
	if len(text) <= shown {
		return visible(text)
	}
	return fmt.Sprintf("%s… (%d bytes)", visible(strings.ToValidUTF8(text[:shown], "")), len(text))
}

// pick chooses one of a list.
func pick[T any](dice *rand.Rand, list []T) T { return list[dice.IntN(len(list))] }
