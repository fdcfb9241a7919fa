package target

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/strictyaml"
)

// SQLConfig is a query for the counts; see NewSQL.
type SQLConfig struct {
	Driver string    `yaml:"driver"`
	DSN    DSNConfig `yaml:"dsn"`
	Query  string    `yaml:"query"`
}

// DSNConfig says where the database is: an environment variable or a file that
// holds the DSN, or the path of a SQLite database, which is no secret.
type DSNConfig struct {
	Ref  SecretRef
	Path string
}

// Shape tells the two ways of writing it apart.
func (DSNConfig) Shape(node ast.Node) reflect.Type {
	if _, ok := strictyaml.Entries(node); ok {
		return reflect.TypeFor[SecretRef]()
	}
	return reflect.TypeFor[string]()
}

// UnmarshalYAML reads a path, {env: NAME} or {file: path}.
func (d *DSNConfig) UnmarshalYAML(node ast.Node) (err error) {
	if _, ok := strictyaml.Entries(node); !ok {
		d.Path, err = strictyaml.Scalar(node)
		return err
	}
	return yaml.NodeToValue(node, &d.Ref, yaml.Strict())
}

// ExecConfig is a program that counts; see NewExec.
type ExecConfig struct {
	Command []string `yaml:"command"`
}

// LogConfig is a file that the receiver writes; see NewLog.
type LogConfig struct {
	File    string `yaml:"file"`
	Pattern string `yaml:"pattern"`
}

func (s SQLConfig) check() error {
	d, err := findDialect(s.Driver)
	switch {
	case s.Driver == "":
		return errors.New("sql: driver is missing: " + strings.Join(dialectNames(), " or "))
	case err != nil:
		return fmt.Errorf("sql: %w", err)
	case s.Query == "":
		return errors.New("sql: query is missing")
	case s.DSN == DSNConfig{}:
		return errors.New("sql: dsn is missing: " + d.dsnForm)
	case d.secret && s.DSN.Path != "":
		return errors.New("sql: a DSN may hold a password, which does not belong here: " + d.dsnForm)
	case !d.secret && s.DSN.Ref.File != "":
		return errors.New("sql: the file would be one that holds the path: " + d.dsnForm)
	}
	if err := s.DSN.Ref.check(); err != nil {
		return fmt.Errorf("sql: dsn: %w", err)
	}
	return d.checkQuery(s.Query)
}

func (e ExecConfig) check() error { return checkCount(e.Command) }

func (l LogConfig) check() error {
	if l.File == "" {
		return errors.New("log: file is missing")
	}
	_, err := logPattern(l.Pattern)
	return err
}

// logPattern compiles a pattern that has a group named id.
func logPattern(text string) (*regexp.Regexp, error) {
	re, err := regexp.Compile(text)
	switch {
	case text == "":
		return nil, errors.New("log: pattern is missing")
	case err != nil:
		return nil, fmt.Errorf("log: pattern: %w", err)
	case re.SubexpIndex("id") < 0:
		return nil, errors.New(`log: the pattern has no group named id; write 'processed id=(?P<id>\S+)'`)
	}
	return re, nil
}

// sql opens the probe of the effect at key.
func (c Config) sql(key string, s SQLConfig) (closingProbe, error) {
	d, err := findDialect(s.Driver)
	if err != nil {
		return nil, err
	}
	dsn := s.DSN.Path
	if s.DSN.Ref != (SecretRef{}) {
		if dsn, err = c.readRef(key, s.DSN.Ref, "the DSN of the database"); err != nil {
			return nil, err
		}
	}
	if !d.secret { // a path
		dsn = c.file(key, dsn)
	}
	return NewSQL(SQLSettings{Driver: s.Driver, DSN: dsn, Query: s.Query})
}
