package receiver

import (
	"encoding/json"
	"net/http"
	"strings"
)

// A teller answers one question of a probe with a value for JSON; found is
// false where there is nothing of that name.
type teller func(req *http.Request) (value any, found bool, err error)

// teller returns what answers at a path, nil where deliveries may go.
func (r *Receiver) teller(path string) teller {
	collection, name, one := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case path == "/healthz":
		return func(*http.Request) (any, bool, error) { return map[string]string{"status": "ok"}, true, nil }
	case collection == "effects" && one:
		return func(req *http.Request) (any, bool, error) {
			n, err := r.books.count(taskOf(req), name)
			return map[string]int{"count": n}, true, err
		}
	case collection == "effects":
		return func(req *http.Request) (any, bool, error) {
			counts, err := r.books.counts(taskOf(req))
			return counts, true, err
		}
	case collection == "states" && one:
		return func(*http.Request) (any, bool, error) {
			s, err := r.books.reached(name)
			return map[string]string{"state": s.state}, s.rank > 0, err
		}
	case collection == "states":
		return func(*http.Request) (any, bool, error) {
			states, err := r.books.states()
			return states, true, err
		}
	case path == "/dead":
		return func(*http.Request) (any, bool, error) {
			dead, err := r.books.dead()
			return dead, true, err
		}
	}
	return nil
}

// taskOf is which of an event's effects is asked for.
func taskOf(req *http.Request) string {
	if of := req.URL.Query().Get("of"); of != "" {
		return of
	}
	return ledgerTask
}

// tell answers a probe.
func (r *Receiver) tell(w http.ResponseWriter, req *http.Request, tell teller) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead && req.URL.Path != "/healthz" {
		w.Header().Set("Allow", "GET, HEAD")
		notAllowed.write(w)
		return
	}
	value, found, err := tell(req)
	switch {
	case err != nil:
		unavailable.write(w)
		return
	case !found:
		notFound.write(w)
		return
	}
	body, err := json.Marshal(value)
	if err != nil { // maps of strings and integers can always be marshalled
		crashed.write(w)
		return
	}
	(&answer{status: http.StatusOK, body: string(body)}).write(w)
}
