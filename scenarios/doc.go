// Package scenarios is the catalogue: what a receiver is graded on, as data.
//
// Each catalogue/GROUP.yaml is a list of scenarios. A scenario is a story the
// producer plays, and what must be observed. Its id is stable: it never
// changes its meaning. docs/adding-a-scenario.md explains the language;
// scenario.schema.json lets editors complete it.
//
// This package loads and checks; it plays and judges nothing.
package scenarios
