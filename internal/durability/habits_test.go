package durability

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A habit is how a receiver deals with deliveries and with its work.
type habit struct {
	name  string
	wrong bool
	// take returns when the delivery may be acknowledged.
	take func(ctx context.Context, r *receiver, id string, body []byte) error
	// work does one job, and reports whether there was any.
	work func(ctx context.Context, r *receiver) (bool, error)
}

var habits = []habit{
	{name: "durable", take: takeWhole, work: workWhole},
	{name: "answers-first", wrong: true, take: takeLater, work: workWhole},
	{name: "dedupes-first", wrong: true, take: takeIDThenJob, work: workWhole},
	{name: "works-first", wrong: true, take: takeEffectThenID, work: workWhole},
	{name: "dedupes-never", wrong: true, take: takeJob, work: workWhole},
	{name: "dedupes-in-memory", wrong: true, take: takeRemembered, work: workWhole},
	{name: "effect-then-done", wrong: true, take: takeWhole, work: workThenDone},
	{name: "done-then-effect", wrong: true, take: takeWhole, work: doneThenWork},
}

func habitOf(name string) (habit, bool) {
	i := slices.IndexFunc(habits, func(h habit) bool { return h.name == name })
	if i < 0 {
		return habit{}, false
	}
	return habits[i], true
}

const (
	// Of an id that another transaction is about to add, this waits for its end.
	addID     = `insert into inbox (id, body) values ($1, $2) on conflict do nothing`
	hasID     = `select exists (select from inbox where id = $1)`
	addJob    = `insert into job (event_id) values ($1)`
	nextJob   = `select n, event_id from job where not done order by n limit 1 for update skip locked`
	endJob    = `update job set done = true where n = $1`
	addEffect = `insert into ledger (event_id) values ($1)`
)

// executor is a transaction, or the pool, where every statement is one.
type executor interface {
	Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
}

func added(ctx context.Context, e executor, id string, body []byte) (bool, error) {
	tag, err := e.Exec(ctx, addID, id, body)
	return tag.RowsAffected() == 1, err
}

// takeWhole is right: id and job are there together, or neither is.
func takeWhole(ctx context.Context, r *receiver, id string, body []byte) error {
	return pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		fresh, err := added(ctx, tx, id, body)
		if err != nil || !fresh {
			return err
		}
		r.takesTime()
		_, err = tx.Exec(ctx, addJob, id)
		return err
	})
}

// takeLater acknowledges what only memory holds.
func takeLater(_ context.Context, r *receiver, id string, body []byte) error {
	r.later <- func(ctx context.Context) error {
		r.takesTime()
		return takeWhole(ctx, r, id, body)
	}
	return nil
}

// takeIDThenJob is killed in between: the retry is a duplicate of nothing.
func takeIDThenJob(ctx context.Context, r *receiver, id string, body []byte) error {
	fresh, err := added(ctx, r.pool, id, body)
	if err != nil || !fresh {
		return err
	}
	r.takesTime()
	_, err = r.pool.Exec(ctx, addJob, id)
	return err
}

// takeEffectThenID is killed in between: the retry does it all again.
func takeEffectThenID(ctx context.Context, r *receiver, id string, body []byte) error {
	var known bool
	if err := r.pool.QueryRow(ctx, hasID, id).Scan(&known); err != nil || known {
		return err
	}
	if _, err := r.pool.Exec(ctx, addEffect, id); err != nil {
		return err
	}
	r.takesTime()
	_, err := added(ctx, r.pool, id, body)
	return err
}

// takeJob has every delivery be a job.
func takeJob(ctx context.Context, r *receiver, id string, _ []byte) error {
	if _, err := r.pool.Exec(ctx, addJob, id); err != nil {
		return err
	}
	r.takesTime()
	return nil
}

// takeRemembered knows its ids until it ends.
func takeRemembered(ctx context.Context, r *receiver, id string, body []byte) error {
	r.mu.Lock()
	known := r.remembered[id]
	r.remembered[id] = true
	r.mu.Unlock()
	if known {
		return nil
	}
	return takeJob(ctx, r, id, body)
}

// workWhole is right: the effect is there and the job is done, or neither is.
func workWhole(ctx context.Context, r *receiver) (bool, error) {
	return claim(ctx, r, func(tx pgx.Tx, n int64, id string) error {
		if _, err := tx.Exec(ctx, addEffect, id); err != nil {
			return err
		}
		r.takesTime()
		_, err := tx.Exec(ctx, endJob, n)
		return err
	})
}

// workThenDone is killed in between: the job is done again. So it is wherever
// the effect is in another system, and that system is not told the event's id.
func workThenDone(ctx context.Context, r *receiver) (bool, error) {
	return claim(ctx, r, func(tx pgx.Tx, n int64, id string) error {
		if _, err := r.pool.Exec(ctx, addEffect, id); err != nil {
			return err
		}
		r.takesTime()
		_, err := tx.Exec(ctx, endJob, n)
		return err
	})
}

// doneThenWork is killed in between: the job is never done.
func doneThenWork(ctx context.Context, r *receiver) (bool, error) {
	var event string
	worked, err := claim(ctx, r, func(tx pgx.Tx, n int64, id string) error {
		event = id
		_, err := tx.Exec(ctx, endJob, n)
		return err
	})
	if err != nil || !worked {
		return worked, err
	}
	r.takesTime()
	_, err = r.pool.Exec(ctx, addEffect, event)
	return true, err
}

// claim hands the next job that nobody else is at to do, in a transaction that
// lasts as long.
func claim(ctx context.Context, r *receiver, do func(tx pgx.Tx, n int64, id string) error) (bool, error) {
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		var n int64
		var id string
		if err := tx.QueryRow(ctx, nextJob).Scan(&n, &id); err != nil {
			return err
		}
		return do(tx, n, id)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
