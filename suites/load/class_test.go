package load

import "testing"

func TestAnswersOfEveryClass(t *testing.T) {
	const yes, no = true, false
	tests := []struct {
		classes []Class
		right   map[int]bool // by status
		silent  map[int]bool // what differs when the receiver refuses silently
	}{
		{[]Class{Genuine, Duplicate, Racing, Retry},
			map[int]bool{200: yes, 202: yes, 204: yes, 299: yes, 302: no, 304: no, 400: no, 401: no, 404: no, 408: no, 409: no, 410: no, 413: no, 425: no, 429: no, 500: no, 503: no}, nil},
		{[]Class{Forged, Stale},
			map[int]bool{200: no, 204: no, 302: no, 400: yes, 401: yes, 403: yes, 404: yes, 422: yes, 408: no, 425: no, 429: no, 500: no, 503: no},
			map[int]bool{200: yes, 204: yes}},
		{[]Class{Malformed, UnknownType},
			map[int]bool{200: yes, 202: yes, 302: no, 400: yes, 415: yes, 422: yes, 408: no, 425: no, 429: no, 500: no, 503: no}, nil},
		{[]Class{Large},
			map[int]bool{200: yes, 202: yes, 302: no, 400: no, 401: no, 413: yes, 414: no, 429: no, 500: no, 503: no}, nil},
	}
	seen := map[Class]bool{}
	for _, tt := range tests {
		for _, c := range tt.classes {
			seen[c] = true
			for status, want := range tt.right {
				if got := c.right(status, false); got != want {
					t.Errorf("%s answered %d: right is %v", c, status, got)
				}
				if changed, ok := tt.silent[status]; ok {
					want = changed
				}
				if got := c.right(status, true); got != want {
					t.Errorf("%s answered %d silently: right is %v", c, status, got)
				}
			}
		}
	}
	for c := range Class(classes) {
		if !seen[c] || classOf(c.String()) != c {
			t.Errorf("%s is seen %v, and found as %s", c, seen[c], classOf(c.String()))
		}
		if c.copies() && c.owed() {
			t.Errorf("%s is owed, and a copy", c)
		}
	}
}
