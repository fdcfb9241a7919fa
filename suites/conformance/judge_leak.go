package conformance

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/hookassay/hookassay/suites/transcript"
)

// traces are what stack traces and source paths look like in the languages
// receivers are written in, as text or inside a JSON string.
var traces = regexp.MustCompile(strings.Join([]string{
	`goroutine \d+ \[`,                                       // Go
	`[/\\][\w.-]+\.go:\d+`,                                   // Go
	`Traceback \(most recent call last\)`,                    // Python
	`File \\?"[^"\\]+\\?", line \d+`,                         // Python
	`\bat .{1,200}\.(js|ts|mjs|cjs):\d+:\d+`,                 // Node
	`at [\w.$<>/@-]+\(\w+\.(java|kt|scala|groovy|clj):\d+\)`, // JVM
	`\.rb:\d+:in `,                                           // Ruby
	`#\d+ [^\s]+\.php\(\d+\)`,                                // PHP
	`\.php(</b>)? on line (<b>)?\d+`,                         // PHP
	`\bat .{1,200} in .{1,200}\.cs:line \d+`,                 // .NET
	`thread '[^']*' (\(\d+\) )?panicked at`,                  // Rust
	`\*\* \((\w+\.)*\w+Error\)`,                              // Elixir
}, "|"))

// leaks says where in the answer what must not be there stands, or "".
func leaks(inspection string, x numbered) string {
	for _, h := range x.Answer.Headers {
		if shows(inspection, h[0]+": "+h[1], x) {
			return "header " + h[0]
		}
	}
	body := x.Answer.Body
	if x.Answer.Base64 {
		if raw, err := base64.StdEncoding.DecodeString(body); err == nil {
			body = string(raw)
		}
	}
	if shows(inspection, body, x) {
		return "body"
	}
	return ""
}

func shows(inspection, text string, x numbered) bool {
	switch inspection {
	case "secret", "expected-signature":
		return strings.Contains(text, transcript.MarkerPrefix(inspection))
	case "stack-trace":
		return traces.MatchString(text)
	case "canary":
		return x.Canary != "" && strings.Contains(text, x.Canary)
	}
	return false
}
