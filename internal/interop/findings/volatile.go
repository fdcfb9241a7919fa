package findings

import (
	"fmt"
	"regexp"
)

// volatile are the texts that no two runs have alike, the more special ones first.
var volatile = []struct {
	form *regexp.Regexp
	name string // "" says how many digits a hexadecimal text has
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`), "time"},
	{regexp.MustCompile(`(?i)\b(mon|tue|wed|thu|fri|sat|sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT`), "time"},
	{regexp.MustCompile(`\[redacted:[^\]]*\]`), "secret"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "uuid"},
	{regexp.MustCompile(`\b0x[0-9a-f]{6,}`), "pointer"},
	{regexp.MustCompile(`[0-9a-f]{24,}|[0-9A-F]{24,}`), ""},
	{regexp.MustCompile(`(hookassay)?[a-z2-7]{24,}`), "fresh"},
	{regexp.MustCompile(`[A-Za-z0-9+/]{40,}={0,2}|[A-Za-z0-9_-]{40,}={0,2}`), "base64"},
	{regexp.MustCompile(`1[5-9]\d{17}`), "unix time in ns"},
	{regexp.MustCompile(`1[5-9]\d{14}`), "unix time in µs"},
	{regexp.MustCompile(`1[5-9]\d{11}`), "unix time in ms"},
	{regexp.MustCompile(`1[5-9]\d{8}`), "unix time"},
	{regexp.MustCompile(`\b\d{9}\b`), "number"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "address"},
}

// steady is a text with names for what is volatile in it.
func steady(text string) string {
	for _, v := range volatile {
		text = v.form.ReplaceAllStringFunc(text, func(found string) string {
			if v.name == "" {
				return fmt.Sprintf("‹%d hex›", len(found))
			}
			return "‹" + v.name + "›"
		})
	}
	return text
}
