package mockprovider

import (
	"regexp"
	"strconv"
	"strings"
)

// A filling is what stands for the placeholders of a signature header's value.
type filling struct {
	prefix    string // the version's label with its delimiter, as "v1,"
	separator string // between the members of the list
	stamp     string // the member that holds the timestamp, where one does
	timestamp string
	good, bad string // the right signature, and one of another key
}

var slotInValue = regexp.MustCompile(`\{([a-z]+)(?::([^{}]*))?\}`)

// fill fills the template of a signature header's value. {prefix} is the
// version's label with its delimiter, {prefix:v9} the delimiter behind another
// label, {label} the label alone, {separator} what stands between members,
// {good} the right signature, {bad} one of another key, {good:8} its first 8
// characters, {good:-4} all but its last 4. Where the timestamp is a member, it
// goes before, unless the template says where {timestamp} stands, or {untimed}
// that it does not.
func (f filling) fill(template string) string {
	if !strings.Contains(template, "{timestamp}") && !strings.Contains(template, "{untimed}") {
		template = f.stamp + template
	}
	return slotInValue.ReplaceAllStringFunc(template, func(slot string) string {
		part := slotInValue.FindStringSubmatch(slot)
		text, ok := f.value(part[1], part[2])
		if !ok {
			return slot
		}
		return text
	})
}

func (f filling) value(name, arg string) (string, bool) {
	label := strings.TrimRight(f.prefix, ",=")
	switch name {
	case "prefix":
		if arg != "" {
			return arg + f.prefix[len(label):], true
		}
		return f.prefix, true
	case "label":
		return label, true
	case "separator":
		return f.separator, true
	case "timestamp":
		return f.timestamp, true
	case "untimed":
		return "", true
	case "good":
		return part(f.good, arg)
	case "bad":
		return part(f.bad, arg)
	}
	return "", false
}

// part is the first n characters of a text, or all but the last -n; the whole
// text where there is no n.
func part(text, arg string) (string, bool) {
	if arg == "" {
		return text, true
	}
	n, err := strconv.Atoi(arg)
	switch {
	case err != nil:
		return "", false
	case n < 0:
		return text[:max(0, len(text)+n)], true
	}
	return text[:min(n, len(text))], true
}
