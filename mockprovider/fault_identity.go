package mockprovider

import (
	"strconv"
	"strings"
)

// Faults of the id header, before it is signed: what the receiver is sent under
// such an id is signed as it stands.
var identityFaults = []Fault{
	{
		Name: "id.text", Stage: StageStamp, Param: ParamText, Needs: []Feature{"signature", "id"},
		Doc: "the id header is the text given, signed as sent where the id is signed; {id} is the event's own, {hour-ago} the time of an hour ago in seconds, {none} nothing",
		apply: func(d *Draft, p Param) error {
			d.id = strings.NewReplacer(
				"{id}", d.event.ID, "{none}", "",
				"{hour-ago}", strconv.FormatInt(d.at.Unix()-3600, 10),
			).Replace(p.Text)
			return nil
		},
	},
	{
		Name: "id.pad", Stage: StageStamp, Param: ParamText, Needs: []Feature{"signature", "id"},
		Doc:   "letters stand behind the id, so that it has so many bytes",
		check: func(p Param) error { _, err := padding(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			n, err := padding(p.Text)
			if err != nil || n <= len(d.id) {
				return errNothing
			}
			d.id += strings.Repeat("x", n-len(d.id))
			return nil
		},
	},
}
