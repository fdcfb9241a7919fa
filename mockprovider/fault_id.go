package mockprovider

import (
	"strconv"
	"strings"
	"unicode"
)

// Faults of the event's id, before it is signed.
var idFaults = []Fault{
	{
		Name: "id.append", Stage: StageStamp, Param: ParamText, Needs: []Feature{"id"},
		Doc:   "the text is put behind the event's id, which is signed so where the scheme signs it",
		apply: func(d *Draft, p Param) error { return d.setID(d.id + p.Text) },
	},
	{
		Name: "id.text", Stage: StageStamp, Param: ParamText, Needs: []Feature{"id"},
		Doc: "the id is the text given, which is signed so where the scheme signs it; {id} is the event's own, {hour-ago} the time of an hour ago in seconds, {none} nothing",
		apply: func(d *Draft, p Param) error {
			return d.setID(strings.NewReplacer(
				"{id}", d.event.ID, "{none}", "",
				"{hour-ago}", strconv.FormatInt(d.at.Unix()-3600, 10),
			).Replace(p.Text))
		},
	},
	{
		Name: "id.other-case", Stage: StageStamp, Needs: []Feature{"id"},
		Doc:   "the letters of the id behind its last _ or - are in the other case",
		apply: func(d *Draft, _ Param) error { return d.setID(otherCase(d.id)) },
	},
	{
		Name: "id.pad", Stage: StageStamp, Param: ParamText, Needs: []Feature{"id"},
		Doc:   "letters stand behind the id, so that it has so many bytes",
		check: func(p Param) error { _, err := padding(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			n, err := padding(p.Text)
			if err != nil || n <= len(d.id) {
				return errNothing
			}
			return d.setID(d.id + strings.Repeat("x", n-len(d.id)))
		},
	},
}

// setID gives the delivery another id, wherever the scheme says it.
func (d *Draft) setID(id string) error {
	s := d.c.Scheme
	d.id = id
	var err error
	switch {
	case d.mode == ModeStructured || s.idInBody():
		d.body, err = setJSON(d.body, s.ID.Body, id)
	case len(s.Modes) > 0:
		for i, f := range d.fields {
			if equalName(f.Name, s.ID.Header) {
				d.fields[i].Value = id
			}
		}
	}
	return err
}

// otherCase turns the letters behind the last separator into the other case: what
// stands before it says what kind of id it is.
func otherCase(id string) string {
	at := strings.LastIndexAny(id, "_-") + 1
	return id[:at] + strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, id[at:])
}
