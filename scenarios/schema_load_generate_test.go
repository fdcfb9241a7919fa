package scenarios

import (
	"fmt"
	"reflect"
	"strings"
)

// makeLoadSchema makes the schema of load scenario files, like makeSchema.
func makeLoadSchema() (object, error) {
	m := schemaMaker{defs: object{}, names: loadNameTables(), whole: loadShapes(), more: loadLengths, extra: loadTogetherRules, texts: loadDescriptions}
	item, err := m.schema(reflect.TypeFor[writtenLoad](), "")
	if err != nil {
		return nil, err
	}
	return object{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"$id":         "https://github.com/hookassay/hookassay/scenarios/load.schema.json",
		"title":       "hookassay load scenario",
		"description": "A load run: what is sent when, and what must come of it. Generated: see schema.go.",
		"$ref":        item["$ref"],
		"$defs":       m.defs,
	}, nil
}

// whole numbers and fractions between two bounds.
func between(kind string, least, most int) object {
	return object{"type": kind, "minimum": least, "maximum": most}
}

func loadNameTables() map[string]object {
	return map[string]object{
		"writtenLoad.name":      {"type": "string", "pattern": nameForm.String()},
		"writtenLoad.in_flight": between("integer", 1, maxInFlight),
		"writtenLoad.catch_up":  between("number", 1, maxCatchUp),
		"Keys.objects":          between("integer", 1, maxObjects),
		"Keys.skew":             between("number", 0, maxSkew),
		"LoadRetries.attempts":  {"anyOf": []object{{"const": 0}, between("integer", 2, maxAttempts)}},
		"LoadSchedule.arrivals": {"anyOf": []object{
			{"const": EvenArrivals, "description": "Evenly spaced. The default."},
			{"const": PoissonArrivals, "description": "Independent of each other, as those of many producers are."},
		}},
	}
}

// loadShapes are those of the keys that read themselves.
func loadShapes() map[string]object {
	weight := between("integer", 1, maxWeight)
	classes := object{}
	for _, name := range LoadClasses {
		w := between("integer", 1, maxWeight)
		w["description"] = classDescriptions[name]
		classes[name] = w
	}
	return map[string]object{
		"writtenLoad.mix":   {"type": "object", "additionalProperties": false, "required": []string{ClassGenuine}, "properties": classes},
		"writtenLoad.types": {"type": "object", "propertyNames": object{"minLength": 1}, "additionalProperties": weight},
		"writtenLoad.sizes": {"type": "object", "propertyNames": object{"pattern": `^ *0*[1-9][0-9]* *(KiB|MiB)? *$`}, "additionalProperties": weight},
		"writtenLoad.connections": {"anyOf": []object{
			{"const": KeepAlive.String(), "description": "A connection is used as long as it takes deliveries. The default."},
			{"const": Churn.String(), "description": "Every delivery opens one of its own."},
			{"type": "string", "pattern": `^ *reuse +0*[1-9][0-9]* *$`, "description": "So many deliveries on each."},
		}},
		"writtenLoad.objectives": {"type": "array", "minItems": 1, "items": object{"type": "string", "pattern": objectivePattern()}},
		"writtenLoad.abort":      {"type": "array", "items": object{"type": "string", "pattern": abortPattern()}},
	}
}

// loadLengths bounds lists.
var loadLengths = map[string]object{
	"Steps.rates":         {"minItems": 1, "maxItems": maxPhases},
	"LoadSchedule.phases": {"minItems": 1, "maxItems": maxPhases},
}

// latencies and shares are what is asked of a class.
const (
	latencies = `(mean|max|p[0-9]{1,2}(\.[0-9]{1,3})?)\((%s)\)`
	shares    = string(MetricErrors + "|" + MetricAccepted)
)

// objectivePattern knows classes and metrics from the tables that
// ParseObjective reads.
func objectivePattern() string {
	var ofRun []string
	for _, m := range runMetrics {
		ofRun = append(ofRun, string(m))
	}
	return fmt.Sprintf(`^\s*((%s)\s*:\s*(%s|%s)|%s)\s*(<=|>=|=|<|>)\s*[^<>=\s]`,
		strings.Join(LoadClasses, "|"), fmt.Sprintf(latencies, ClockResponse+"|"+ClockService+"|"+ClockEffectLag), shares,
		strings.Join(ofRun, "|"))
}

func abortPattern() string {
	return fmt.Sprintf(`^\s*(%s)\s*:\s*((%s|%s)\s*(>=|>)|%s\s*(<=|<|=))\s*[^<>=\s]+( *%%)?(\s+for\s+[0-9hms]+)?\s*$`,
		strings.Join(LoadClasses, "|"), fmt.Sprintf(latencies, ClockResponse+"|"+ClockService), shares, MetricAccepted)
}

// loadTogetherRules are what the checks say of keys that need or exclude each
// other.
var loadTogetherRules = map[string]object{
	"writtenLoad": required("name", "title", "why", "schedule", "mix", "objectives"),
	"LoadSchedule": {"oneOf": []object{
		required("constant"), required("ramp"), required("steps"), required("spike"), required("soak"), required("sine"), required("phases"),
	}},
	"Constant":    required("rate", "for"),
	"Ramp":        required("from", "to", "for"),
	"Steps":       required("rates", "each"),
	"Spike":       required("base", "peak", "after", "lasts", "for"),
	"Soak":        required("rate", "for"),
	"Sine":        required("mean", "swing", "period", "for"),
	"Keys":        required("objects"),
	"LoadRetries": required("within"),
	"Phase": {"oneOf": []object{
		{"required": []string{"rate", "for"}, "not": object{"anyOf": []object{required("from"), required("to")}}},
		{"required": []string{"from", "to", "for"}, "not": required("rate")},
	}},
}
