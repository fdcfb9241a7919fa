package conformance

import (
	"regexp"
	"slices"
	"strings"
)

// A pattern is what one thing that does not belong into an answer looks like,
// as text or inside a JSON string.
type pattern struct{ of, expression string }

// patterns are what runtimes, frameworks and databases print, by inspection.
// The tests hold samples of them, and of what looks alike and is harmless.
var patterns = map[string][]pattern{
	"stack-trace": {
		{"Go", `goroutine \d+ \[`},
		{"Go", `[/\\][\w.-]+\.go:\d+`},
		{"Python", `Traceback \(most recent call last\)`},
		{"Python", `File \\?"[^"\\]+\\?", line \d+`},
		{"Django", `You're seeing this error because you have <code>DEBUG = True</code>`},
		{"Werkzeug", `Werkzeug Debugger`},
		{"Node", `\bat .{1,200}\.(js|ts|mjs|cjs):\d+:\d+`},
		{"JVM", `at [\w.$<>/@-]+\(\w+\.(java|kt|scala|groovy|clj):\d+\)`},
		{"JVM", `at [\w.$<>/@-]+\((Native Method|Unknown Source)\)`},
		{"JVM", `\b(java|javax|jakarta|kotlin|scala|org\.springframework)(\.\w+)+(Exception|Error)\b`},
		{"Ruby", `\.rb:\d+:in `},
		{"Rails", `Action Controller: Exception caught`},
		{"PHP", `#\d+ [^\s]+\.php\(\d+\)`},
		{"PHP", `\.php(</b>)? on line (<b>)?\d+`},
		{"Laravel", `"file": ?"[^"]+\.php", ?"line": ?\d+`},
		{".NET", `\bat .{1,200} in .{1,200}\.cs:line \d+`},
		{".NET", `\bSystem(\.\w+)*\.\w+Exception: `},
		{"Rust", `thread '[^']*' (\(\d+\) )?panicked at`},
		{"Elixir", `\*\* \((\w+\.)*\w+Error\)`},
		{"Perl", ` at \S+\.(pl|pm|cgi) line \d+`},
	},
	"database": {
		{"SQL", `\bINSERT INTO ["\x60\[]?\w[\w."\x60\]]* ?\(`},
		{"SQL", `\bSELECT .{1,300} FROM ["\x60\[]?\w[\w."\x60\]]*\s+WHERE\b`},
		{"SQL", `\bUPDATE ["\x60\[]?\w[\w."\x60\]]* SET\b`},
		{"SQLSTATE", `SQLSTATE[ \[:(=]+[0-9A-Z]{5}`},
		{"PostgreSQL", `\bpq: \w`},
		{"PostgreSQL", `duplicate key value violates unique constraint`},
		{"PostgreSQL", `invalid byte sequence for encoding|unsupported Unicode escape sequence`},
		{"PostgreSQL", `\b(psycopg2?|asyncpg)\.(errors|exceptions|\w+Error)`},
		{"MySQL", `You have an error in your SQL syntax`},
		{"MySQL", `Duplicate entry '[^']*' for key`},
		{"SQLite", `\bSQLITE_[A-Z_]+\b`},
		{"SQLite", `(UNIQUE|NOT NULL|CHECK) constraint failed: \w`},
		{"SQLite", `sqlite3\.\w+(Error|Exception)`},
		{"Oracle", `\bORA-\d{5}\b`},
		{"SQL Server", `Unclosed quotation mark after the character string`},
		{"MongoDB", `\bE11000 duplicate key error\b|\bMongo\w*Error\b`},
		{"Redis", `\b(WRONGTYPE|NOAUTH|MISCONF) [A-Z]\w+`},
		{"ORMs", `\bActiveRecord::\w+|\bPG::\w+|\bsqlalchemy\.exc\.|\borg\.hibernate\.|\bSequelize\w+Error\b|\bPrismaClient\w+Error\b`},
	},
	"file-path": {
		// A URL's path has a host before it; a file's has a suffix.
		{"Unix", `(^|[\s"'(<>=:,])/(home|var|usr|opt|srv|root|tmp|Users)/([\w.@+-]+/)*[\w@+-]+\.[A-Za-z]\w{0,7}\b`},
		{"Windows", `\b[A-Za-z]:\\{1,2}([\w .@+-]+\\{1,2})+[\w@+-]+\.[A-Za-z]\w{0,7}\b`},
	},
}

// looksLike is one expression for each inspection of patterns.
var looksLike = compilePatterns()

func compilePatterns() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for inspection, list := range patterns {
		var alternatives []string
		for _, p := range list {
			alternatives = append(alternatives, p.expression)
		}
		all[inspection] = regexp.MustCompile(strings.Join(alternatives, "|"))
	}
	return all
}

// telling are the headers in which servers and frameworks name their versions.
// The names of those that hold nothing but a version end in "version".
var telling = []string{"server", "x-powered-by", "x-generator", "x-aspnet-version", "x-aspnetmvc-version", "x-jenkins", "x-kong-version"}

var versionNumber = regexp.MustCompile(`\d+\.\d`)

// versioned reports whether a header tells a version.
func versioned(name, value string) bool {
	return slices.Contains(telling, strings.ToLower(name)) && versionNumber.MatchString(value)
}

// markup begins what scenarios send to see whether it comes back unescaped.
const markup = "<hookassay-"

// rendered reports whether a browser shows the answer as a page: it says so, or
// leaves the browser to guess.
func rendered(x numbered) bool {
	kind, there := headerOf(x, "Content-Type")
	kind = strings.ToLower(kind)
	guessed := !there
	if sniff, ok := headerOf(x, "X-Content-Type-Options"); ok && strings.EqualFold(sniff, "nosniff") {
		guessed = false
	}
	return guessed || strings.Contains(kind, "html") || strings.Contains(kind, "svg") || strings.Contains(kind, "xml")
}
