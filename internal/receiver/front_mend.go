package receiver

import (
	"slices"
	"strconv"
	"strings"
)

// A mend makes of the lines of a head what a lenient receiver takes them for.
type mend struct {
	flaw  string
	lines func([]string) []string
}

var mends = []mend{
	{"fold-splits", func(lines []string) []string {
		for i := range lines {
			lines[i] = strings.TrimLeft(lines[i], " \t")
		}
		return lines
	}},
	{"host-unchecked", func(lines []string) []string {
		return append(without(lines, "Host"), "Host: hookassay.invalid")
	}},
	{"space-before-colon", func(lines []string) []string {
		for i, line := range lines[1:] {
			if name, value, found := strings.Cut(line, ":"); found {
				lines[i+1] = strings.TrimRight(name, " \t") + ":" + value
			}
		}
		return lines
	}},
	{"first-length-wins", func(lines []string) []string {
		if length := fieldOf(lines, "Content-Length"); length != "" {
			lines = append(without(lines, "Content-Length"), "Content-Length: "+length)
		}
		return lines
	}},
	{"length-lenient", func(lines []string) []string {
		length := fieldOf(lines, "Content-Length")
		digits := strings.TrimLeft(length, "+-")
		if hex, found := strings.CutPrefix(digits, "0x"); found {
			digits = strconv.Itoa(leniently(hex))
		}
		if digits == length {
			return lines
		}
		return append(without(lines, "Content-Length"), "Content-Length: "+digits)
	}},
	{"coding-lenient", func(lines []string) []string {
		if !strings.Contains(fieldOf(lines, "Transfer-Encoding"), "chunked") {
			return lines
		}
		return append(without(lines, "Transfer-Encoding"), "Transfer-Encoding: chunked")
	}},
}

func named(line, name string) bool {
	got, _, found := strings.Cut(line, ":")
	return found && strings.EqualFold(got, name)
}

func without(lines []string, name string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return named(line, name) })
}

// fieldOf is the value of the first field of that name.
func fieldOf(lines []string, name string) string {
	for _, line := range lines {
		if named(line, name) {
			return strings.TrimSpace(line[len(name)+1:])
		}
	}
	return ""
}
