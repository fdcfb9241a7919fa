// Package mockprovider is the producer of deliveries.
//
// A delivery is made in stages, each a file of this package:
//
//	event.go      what happened: id, type, time, body (from a template or the user's sample)
//	scheme*.go    how a delivery is identified, dated and signed: data in schemes/*.yaml
//	secret.go     what signs: parsed by form, never printed
//	sign.go       the algorithms
//	delivery.go   event + scheme + secret + faults → the exact bytes of one request
//	fault*.go     named deviations, each belonging to one stage
//
// For load, press.go stamps out the same bytes fast. Package wire puts them on
// the wire. Nothing here knows what an answer means: that is for suites to judge.
package mockprovider
