package receiver

import (
	"database/sql"
	"errors"
)

func (s *store) counts(task string) (map[string]int, error) {
	return collect[int](s.db, "SELECT id, count(*) FROM effect WHERE task = ? GROUP BY id", task)
}

func (s *store) count(task, id string) (n int, err error) {
	err = s.db.QueryRow("SELECT count(*) FROM effect WHERE task = ? AND id = ?", task, id).Scan(&n)
	return n, err
}

func (s *store) reached(object string) (to step, err error) {
	err = s.db.QueryRow("SELECT state, rank FROM state WHERE object = ?", object).Scan(&to.state, &to.rank)
	if errors.Is(err, sql.ErrNoRows) {
		return step{}, nil
	}
	return to, err
}

func (s *store) states() (map[string]string, error) {
	return collect[string](s.db, "SELECT object, state FROM state")
}

func (s *store) dead() (map[string]string, error) {
	return collect[string](s.db, "SELECT id, reason FROM dead")
}

// collect reads rows of two columns, a key and its value.
func collect[V any](db *sql.DB, query string, args ...any) (map[string]V, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]V{}
	for rows.Next() {
		var key string
		var value V
		if err := rows.Scan(&key, &value); err != nil {
			return nil, err
		}
		all[key] = value
	}
	return all, rows.Err()
}
