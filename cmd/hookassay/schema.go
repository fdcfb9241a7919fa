package main

import (
	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

func newSchema(c *console) *cobra.Command {
	schemas := map[string]func() []byte{
		"config":   target.ConfigSchema,
		"load":     scenarios.LoadSchemaJSON,
		"report":   reports.SchemaJSON,
		"scenario": scenarios.SchemaJSON,
	}
	return &cobra.Command{
		Use:       "schema config|load|report|scenario",
		Short:     "Prints a JSON Schema, for editors and for whoever reads reports",
		Args:      oneArg("config, load, report or scenario"),
		ValidArgs: []string{"config", "load", "report", "scenario"},
		RunE: func(cmd *cobra.Command, args []string) error {
			schema, ok := schemas[args[0]]
			if !ok {
				return nearest.Unknown("schema", args[0], cmd.ValidArgs)
			}
			_, err := c.out.Write(schema())
			return err
		},
	}
}
