// Package conformance grades what a receiver answers and does.
//
//	plan.go       which scenarios are played, and why the others are not
//	conductor.go  plays them: sends first, judges later
//	player.go     plays one; race.go sends copies that go together
//	judge*.go     pure: transcript in, report out; grading.go weighs what is held
//	              against one play, evidence.go shows it
//	loads.go      results of loads played behind: into the transcript and out of it
//	run.go        the door for Go tests
//
// Nothing here knows Ginkgo; suites/specs is the door for that.
package conformance
