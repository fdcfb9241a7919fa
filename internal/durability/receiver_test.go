package durability

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// What the receiver's process finds in its environment.
const (
	habitEnv    = "RECEIVER_HABIT"
	addressEnv  = "RECEIVER_ADDRESS"  // host:port
	slownessEnv = "RECEIVER_SLOWNESS" // of each step of its work, as time.Duration writes it
	secretEnv   = "WEBHOOK_SECRET"
	databaseEnv = "DATABASE_URL"
)

// schema is made by whoever starts the receiver. The ledger has no unique key:
// it must be able to show that an event was processed twice.
const schema = `
create table inbox (id text primary key, body bytea not null);
create table job (n bigserial primary key, event_id text not null, done boolean not null default false);
create index on job (n) where not done;
create table ledger (event_id text not null, at timestamptz not null default now());
create index on ledger (event_id)`

const (
	maxBody      = 1 << 20
	workers      = 4
	idle         = 5 * time.Millisecond // until the next look for work
	answerWithin = 5 * time.Second
	memoryQueue  = 10_000
	// longestLife bounds a receiver that everybody has forgotten.
	longestLife = 15 * time.Minute
)

type receiver struct {
	habit    habit
	pool     *pgxpool.Pool
	verify   *standardwebhooks.Webhook
	slowness time.Duration
	later    chan func(context.Context) error // what some habits put off, in memory only

	mu         sync.Mutex
	remembered map[string]bool // ids, by a habit that forgets them when it ends
}

// serve is the receiver's main; it returns its exit status.
func serve() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longestLife)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "receiver:", err)
		return 1
	}
	return 0
}

// run receives until ctx ends; then it finishes what it has begun.
func run(ctx context.Context) error {
	r, err := newReceiver(ctx)
	if err != nil {
		return err
	}
	defer r.pool.Close()
	l, err := net.Listen("tcp", os.Getenv(addressEnv))
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	for range workers {
		work.Go(func() { r.work(ctx) })
	}
	server := &http.Server{Handler: r, ReadTimeout: answerWithin}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	err = server.Shutdown(ending)
	<-done
	work.Wait()
	return err
}

func newReceiver(ctx context.Context) (*receiver, error) {
	h, ok := habitOf(os.Getenv(habitEnv))
	if !ok {
		return nil, fmt.Errorf("no habit is called %q", os.Getenv(habitEnv))
	}
	slowness, err := time.ParseDuration(os.Getenv(slownessEnv))
	if err != nil {
		return nil, err
	}
	if os.Getenv(secretEnv) == "" { // the library takes the empty one, and then forgeries made with it
		return nil, errors.New(secretEnv + " is not set")
	}
	verify, err := standardwebhooks.NewWebhook(os.Getenv(secretEnv))
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(os.Getenv(databaseEnv))
	if err != nil {
		return nil, err
	}
	config.MaxConns = 3 * workers
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &receiver{
		habit: h, pool: pool, verify: verify, slowness: slowness,
		later: make(chan func(context.Context) error, memoryQueue), remembered: map[string]bool{},
	}, nil
}

// ServeHTTP verifies, then takes, then answers.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too large or cut off", http.StatusBadRequest)
		return
	}
	if err := r.verify.Verify(body, req.Header); err != nil {
		http.Error(w, "not authentic", http.StatusUnauthorized)
		return
	}
	// A producer that hangs up does not undo what it has sent.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), answerWithin)
	defer cancel()
	if err := r.habit.take(ctx, r, req.Header.Get(standardwebhooks.HeaderWebhookID), body); err != nil {
		fmt.Fprintln(os.Stderr, "receiver:", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// work does one job after the other until ctx ends.
func (r *receiver) work(ctx context.Context) {
	for ctx.Err() == nil {
		worked, err := r.step(context.WithoutCancel(ctx))
		if err != nil {
			fmt.Fprintln(os.Stderr, "receiver:", err)
		}
		if !worked || err != nil {
			time.Sleep(idle)
		}
	}
}

// step does what was put off in memory, or else a job.
func (r *receiver) step(ctx context.Context) (worked bool, err error) {
	select {
	case do := <-r.later:
		return true, do(ctx)
	default:
		return r.habit.work(ctx, r)
	}
}

// takesTime stands for what a real receiver does between two steps. What is
// wrong with a habit shows when it is killed in there.
func (r *receiver) takesTime() { time.Sleep(r.slowness) }
