package mockprovider

// Faults of the event's id, before it is signed.
var idFaults = []Fault{
	{
		Name: "id.append", Stage: StageStamp, Param: ParamText, Needs: []Feature{"id"},
		Doc:   "the text is put behind the event's id, which is signed so where the scheme signs it",
		apply: func(d *Draft, p Param) error { return d.setID(d.id + p.Text) },
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
