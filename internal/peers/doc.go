// Peers measures hookassay's load side beside other generators, in one run on
// one machine: go run ./internal/peers, or make bench.
//
//	hookassay     hookassay load, built from this tree; signs every delivery anew
//	plain Vegeta  Vegeta's library, with a Targeter that signs with the Standard Webhooks library
//	Vegeta        Vegeta's own program; sends one unsigned body
//	autocannon    https://github.com/mcollina/autocannon with a script that signs every delivery anew
//	wrk           https://github.com/wg/wrk; sends one unsigned body
//
// It installs what is missing, at the versions that install.go names, into a
// folder of its own in the user's cache. k6 is not compared: it is under the
// AGPL (https://github.com/grafana/k6/blob/master/LICENSE.md), which nothing
// that this project installs is.
//
// Every generator is a process of its own and sends 1 KB bodies to the same
// receiver, internal/peers/endpoint, which counts and times what it sees. So a
// rate is what arrived and CPU time is the operating system's, start-up
// included; no generator is asked how fast it was. Rounds alternate between the
// generators, because machines are not equally fast all the time: the ratios
// within a round are what counts, and their spread says how much.
//
//	figure_cost.go     CPU time a delivery and throughput, in a closed loop
//	figure_lag.go      how late a fixed schedule is played
//	figure_truth.go    reported times beside those that the receiver made
//	figure_memory.go   peak memory of a short and of a long run
package main
