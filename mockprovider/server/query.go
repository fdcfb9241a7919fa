package server

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
)

// A query says which part of the list is asked for.
type query struct {
	since time.Time // zero: from the oldest that is kept
	after *cursor   // nil: from the first since then
	limit int
}

// A cursor is the place behind one event of a log.
type cursor struct {
	log    string
	number int
}

func (c cursor) String() string { return c.log + "-" + strconv.Itoa(c.number) }

const (
	defaultLimit = 100
	maxLimit     = 1000
)

var parameters = []string{"after", "limit", "since"}

// parseQuery reads since (RFC 3339), after (a cursor) and limit.
func parseQuery(raw string) (query, error) {
	q := query{limit: defaultLimit}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, errors.New("the query cannot be read")
	}
	for name, list := range values {
		if !slices.Contains(parameters, name) {
			return q, nearest.Unknown("parameter", name, parameters)
		}
		if len(list) > 1 {
			return q, fmt.Errorf("%s is given %d times", name, len(list))
		}
	}
	if text := values.Get("since"); text != "" {
		if q.since, err = time.Parse(time.RFC3339, text); err != nil {
			return q, errors.New("since is no time of RFC 3339, such as 2026-05-04T03:02:01Z; a + in it is written %2B")
		}
	}
	if text := values.Get("after"); text != "" {
		c, err := parseCursor(text)
		if err != nil {
			return q, err
		}
		q.after = &c
	}
	if text := values.Get("limit"); text != "" {
		if q.limit, err = strconv.Atoi(text); err != nil || q.limit < 1 || q.limit > maxLimit {
			return q, fmt.Errorf("limit is no number from 1 to %d", maxLimit)
		}
	}
	return q, nil
}

func parseCursor(text string) (cursor, error) {
	log, digits, _ := strings.Cut(text, "-")
	n, err := strconv.ParseUint(digits, 10, 31)
	c := cursor{log, int(n)}
	if err != nil || log == "" || c.String() != text {
		return cursor{}, errors.New("after is no cursor; take next of the page before")
	}
	return c, nil
}
