package reports

import (
	"encoding/xml"
	"strconv"
)

// The elements of JUnit XML that are written. Every text in them has been
// through visible or oneLine, so it holds no character that XML forbids.

// junitSeconds are written with three digits and without an exponent.
type junitSeconds float64

// MarshalText makes no error.
func (s junitSeconds) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, max(float64(s), 0), 'f', 3, 64), nil
}

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     junitSeconds `xml:"time,attr"`
	Suites   []*junitSuite
}

type junitSuite struct {
	XMLName   xml.Name     `xml:"testsuite"`
	Name      string       `xml:"name,attr"`
	Tests     int          `xml:"tests,attr"`
	Failures  int          `xml:"failures,attr"`
	Errors    int          `xml:"errors,attr"`
	Skipped   int          `xml:"skipped,attr"`
	Time      junitSeconds `xml:"time,attr"`      // of all its cases
	Timestamp string       `xml:"timestamp,attr"` // ISO 8601 without a zone, UTC
	Cases     []junitCase
}

type junitCase struct {
	XMLName    xml.Name        `xml:"testcase"`
	Classname  string          `xml:"classname,attr"`
	Name       string          `xml:"name,attr"`
	Time       junitSeconds    `xml:"time,attr"`
	File       string          `xml:"file,attr,omitempty"`
	Line       string          `xml:"line,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Skipped    *junitText      `xml:"skipped"`
	Error      *junitText      `xml:"error"`
	Failure    *junitText      `xml:"failure"`
	Output     *junitText      `xml:"system-out"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitText struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// suite returns the suite of that name, a new one at the end if there is none.
func (d *junitReport) suite(name string) *junitSuite {
	name = oneLine(name)
	for _, s := range d.Suites {
		if s.Name == name {
			return s
		}
	}
	s := &junitSuite{Name: name}
	d.Suites = append(d.Suites, s)
	return s
}

func (s *junitSuite) add(c junitCase) { s.Cases = append(s.Cases, c) }

func (c *junitCase) property(name, value string) {
	if value != "" {
		c.Properties = append(c.Properties, junitProperty{Name: name, Value: oneLine(value)})
	}
}

// red tells whether a reader would call the report failed.
func (d *junitReport) red() bool {
	for _, s := range d.Suites {
		for _, c := range s.Cases {
			if c.Failure != nil || c.Error != nil {
				return true
			}
		}
	}
	return false
}

// count fills in the numbers that readers check against the cases.
func (d *junitReport) count(timestamp string) {
	for _, s := range d.Suites {
		s.Timestamp = timestamp
		for _, c := range s.Cases {
			s.Tests++
			s.Time += c.Time
			switch {
			case c.Failure != nil:
				s.Failures++
			case c.Error != nil:
				s.Errors++
			case c.Skipped != nil:
				s.Skipped++
			}
		}
		d.Tests += s.Tests
		d.Failures += s.Failures
		d.Errors += s.Errors
		d.Skipped += s.Skipped
	}
}
