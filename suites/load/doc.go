// Package load measures how a receiver does under load, and whether it stays
// correct. Vegeta paces and spawns workers; the schedule, the bytes, the
// clocks and the verdicts are this package's own:
//
//	schedule*.go, plan.go  what is sent when: pure functions of the sequence number
//	pacer.go, attack.go    when Vegeta lets the next delivery go
//	transport.go           one delivery: sign, send, record
//	carrier*.go, answer.go bytes out, an answer's status in
//	class.go               which answer a class asks for
//	recorder.go            four clocks, in histograms
//	completeness.go        answers against effects
//	drain*.go, trend.go    how soon effects follow, and whether a backlog grows
//	generator.go           whether the sending side was fit to measure
//	objective.go           verdicts
//	permit.go, ceiling.go  who may be put under load, and how fast at most
//	play.go                several runs behind conformance
//	test.go                in a Go test
//
// Nothing is taken from Vegeta's results: it counts 3xx as success, takes
// work in a Targeter for latency and keys errors by their text.
package load
