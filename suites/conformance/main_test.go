package conformance_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more tests run at once than there are processors: those that
// play scenarios wait far more than they compute. Started again by a test, the
// binary is a receiver.
func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(receiverEnv); ok {
		os.Exit(beReceiver(text))
	}
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		_ = flag.Set("test.parallel", "8") // the flag is there, and 8 is a number
	}
	os.Exit(m.Run())
}
