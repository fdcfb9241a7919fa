// Package specs is the door for Ginkgo and Gomega: one It a scenario, and
// matchers for what comes out. Nothing else in hookassay knows Ginkgo.
//
//	var _ = specs.Describe(func() conformance.Config {
//		return conformance.Config{URL: server.URL + "/webhooks", Scheme: "github", Secret: secret, Effects: processed}
//	})
//
//	describe.go   Describe: the tree in a user's suite
//	run.go        Run: the same tree, played for the command line
//	tree.go       the tree
//	load.go       load scenarios in the tree, behind the others
//	compare.go    Run holds what Ginkgo says against the report
//	selection.go  what Ginkgo will run, so that nothing else is sent
//	ending.go     verdict → passed, failed or skipped
//	text.go       what a failed or noted spec says
//	match_*.go    matchers
package specs
