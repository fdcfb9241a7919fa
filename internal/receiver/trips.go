package receiver

import (
	"strings"
	"time"
)

// tripsOverHeader holds the ways in which a receiver stumbles over a signature
// header before it reads what stands in it.
func (r *Receiver) tripsOverHeader(d *delivery) *answer {
	values := d.header[d.credentialHeader]
	switch {
	case r.flaws.has("repeated-header-crash") && len(values) > 1,
		r.flaws.has("long-signature-crash") && len(strings.Join(values, "")) > 10<<10:
		return crashed
	}
	return nil
}

// tripsOverList holds those over a list of signatures.
func tripsOverList(d *delivery, members []string) *answer {
	if d.flaws.has("quadratic-list") {
		n := time.Duration(len(members))
		wait(d.req.Context().Done(), min(n*n*4*time.Microsecond, 9*time.Second))
	}
	for _, m := range members {
		if strings.TrimSpace(m) == "" && d.flaws.has("empty-token-crash") ||
			strings.Count(m, ",") > 1 && d.flaws.has("extra-comma-crash") {
			return crashed
		}
	}
	return nil
}

// tripsOverID holds those over the id of an authentic delivery.
func (r *Receiver) tripsOverID(id string) *answer {
	if r.flaws.has("long-id-crash") && len(id) > 255 ||
		r.flaws.has("odd-id-crash") && (strings.ContainsAny(id, `'"`) || !ascii(id)) {
		return crashed
	}
	return nil
}
