// Package endpoint is the receiver that generators are measured against: a
// process of its own, so that its CPU time is not counted with a generator's.
// It does as little as a receiver can, and tells what it saw: nobody else
// measures every generator with the same clock.
//
//	POST /webhooks   verifies Standard Webhooks; 202, or 401
//	POST /open       reads, and answers 202
//	POST /spread     answers 202 after 20 ms and an exponential time of mean 60 ms
//	POST /stalling   answers 202 after 50 ms, but nothing in one second of every ten
//	GET  /seen       what was seen since this was asked last, as JSON of Seen
package endpoint
