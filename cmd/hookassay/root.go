package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/hookassay/hookassay/suites/conformance"
)

// console is where a command speaks.
type console struct {
	out, err io.Writer
	quiet    bool
	noColor  bool
}

func newRoot(stdout, stderr io.Writer) *cobra.Command {
	c := &console{out: stdout, err: stderr}
	root := &cobra.Command{
		Use:   "hookassay",
		Short: "Grades receivers of webhooks: whether they are correct, and how much they can take",
		Long: `hookassay sends deliveries to your webhook receiver: genuine, forged, stale,
duplicated, cut off. It watches what the receiver answers and what it does, and
grades both.

  hookassay demo     grades a receiver of its own; needs nothing
  hookassay run --target http://127.0.0.1:8080/webhooks \
      --scheme standard-webhooks --secret-env WEBHOOK_SECRET

Exit codes: 0 conformant, 1 not conformant, 2 usage, 3 incomplete,
5 limited by the generator.`,
		Version:       conformance.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentFlags().BoolVarP(&c.quiet, "quiet", "q", false, "no progress")
	root.PersistentFlags().BoolVar(&c.noColor, "no-color", false, "no colour, even on a terminal (as with NO_COLOR)")
	root.AddCommand(
		newDemo(c), newRun(c), newLoad(c), newReceiver(c), newList(c), newExplain(c),
		newJudge(c), newReport(c), newSchema(c), newVersion(c),
	)
	return root
}

// terminal reports whether a writer is one, and how wide.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 80, true
	}
	return width, true
}

func (c *console) color() bool {
	_, isTerminal := terminal(c.out)
	return isTerminal && !c.noColor && os.Getenv("NO_COLOR") == ""
}
