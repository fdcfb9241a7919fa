package main

// The databases that effects can be looked up in. They stand here, so that a
// program that imports suites/conformance links none of them.
import (
	_ "github.com/jackc/pgx/v5/stdlib" // "pgx"
	_ "modernc.org/sqlite"             // "sqlite"
)
