// Package durability holds the harness against a database. A receiver that
// keeps everything in PostgreSQL is killed at random moments, and what the
// report then says of it is compared with what the database itself says: where
// the two differ, the harness is wrong.
package durability

import (
	"flag"
	"os"
	"testing"
)

// TestMain is the receiver where the environment says so: tests start their own
// binary as a process that can be killed. They wait far more than they compute,
// so that more of them run at once than there are processors.
func TestMain(m *testing.M) {
	if os.Getenv(habitEnv) != "" {
		os.Exit(serve())
	}
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		_ = flag.Set("test.parallel", "4") // the flag is there, and 4 is a number
	}
	os.Exit(m.Run())
}
