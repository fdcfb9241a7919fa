package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/hookassay/hookassay/internal/nearest"
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

Exit codes: 0 conformant, or what fails is known, 1 not conformant, 2 usage,
3 incomplete, 4 a known failure is not as its file says, 5 limited by the
generator.`,
		Version: conformance.Version,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return nearest.Unknown("command", args[0], commandNames(cmd))
		},
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentFlags().BoolVarP(&c.quiet, "quiet", "q", false, "no progress")
	root.PersistentFlags().BoolVar(&c.noColor, "no-color", false, "no colour, even on a terminal (as with NO_COLOR)")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newDemo(c), newRun(c), newLoad(c), newReceiver(c), newList(c), newExplain(c),
		newJudge(c), newReport(c), newSchema(c), newVersion(c),
	)
	return root
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, sub := range root.Commands() {
		names = append(names, sub.Name())
	}
	return names
}

// flagError names the nearest flag where one does not exist.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if short := unknown.GetSpecifiedShortnames(); short != "" {
		return fmt.Errorf("unknown flag -%s", unknown.GetSpecifiedName())
	}
	return nearest.Unknown("flag", "--"+unknown.GetSpecifiedName(), names)
}

// oneArg asks for exactly one argument and says what it is.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s: expected one argument, %s; got %d", cmd.Name(), what, len(args))
		}
		return nil
	}
}

// terminal reports whether a writer is one, and how wide.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width == 0 { // a serial line does not say
		return 80, true
	}
	return width, true
}

func (c *console) color() bool {
	_, isTerminal := terminal(c.out)
	return isTerminal && !c.noColor && os.Getenv("NO_COLOR") == ""
}
