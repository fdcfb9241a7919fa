package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

// rounds is how often each generator is measured, if -rounds does not say.
const rounds = 3

// figures in the order they are shown. Each prints its tables.
var figures = []struct {
	name string
	show func(*bench) error
}{
	{"cost", showCost}, {"lag", showLag}, {"truth", showTruth}, {"memory", showMemory},
}

// roles are what this program is when it runs itself.
var roles = map[string]func(args []string) error{
	"as-receiver":     func([]string) error { return endpoint.Serve() },
	"as-plain-vegeta": attackPlain,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 {
		if role, ok := roles[args[0]]; ok {
			return role(args[1:])
		}
	}
	fs := flag.NewFlagSet("peers", flag.ExitOnError)
	n := fs.Int("rounds", rounds, "how often each generator is measured")
	only := fs.String("only", "", "figures to show, such as cost,lag; also truth and memory (default all)")
	_ = fs.Parse(args) // exits
	wanted, err := chosen(*only)
	if err != nil {
		return err
	}
	if *n < 1 || fs.NArg() > 0 {
		return errors.New("-rounds is 1 at least, and there are no arguments")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return compare(ctx, *n, wanted)
}

// chosen reads a list of figures; nothing stands for all.
func chosen(list string) (map[string]bool, error) {
	all := map[string]bool{}
	var names []string
	for _, f := range figures {
		all[f.name] = true
		names = append(names, f.name)
	}
	if list == "" {
		return all, nil
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(list, ",") {
		if !all[name] {
			return nil, fmt.Errorf("-only %s: there are %s", name, strings.Join(names, ", "))
		}
		wanted[name] = true
	}
	return wanted, nil
}

// A bench is one comparison under way.
type bench struct {
	ctx      context.Context
	rounds   int
	dir      string // of files for the generators, removed at the end
	self     string // this program
	receiver *endpoint.Process
	tools    []*tool
}

func compare(ctx context.Context, n int, wanted map[string]bool) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "hookassay-peers-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{ctx: ctx, rounds: n, dir: dir, self: self}
	if err := b.writeFiles(); err != nil {
		return err
	}
	if b.tools, err = b.install(); err != nil {
		return err
	}
	cmd := exec.Command(self, "as-receiver")
	cmd.Env, cmd.Stderr = append(os.Environ(), endpoint.SecretEnv+"="+secret), os.Stderr
	if b.receiver, err = endpoint.Start(cmd); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.receiver.Stop()) }()

	b.printVersions()
	for _, f := range figures {
		if !wanted[f.name] {
			continue
		}
		if err := f.show(b); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// progress tells on stderr what takes time.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
