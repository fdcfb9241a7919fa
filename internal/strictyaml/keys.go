package strictyaml

import (
	"fmt"
	"reflect"
	"strings"
)

// fieldOf is the type of the field with that key.
func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for f := range t.Fields() {
		if k := KeyOf(f); k != "" && k == key {
			return f.Type, true
		}
	}
	return nil, false
}

// KeyOf is the YAML key of a field; "" where it has none.
func KeyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if key == "-" {
		return ""
	}
	return key
}

// keysOf lists the keys of a struct that are available.
func keysOf(t reflect.Type) []string {
	var keys []string
	for f := range t.Fields() {
		if k := KeyOf(f); k != "" && f.Type != reflect.TypeFor[Unavailable]() {
			keys = append(keys, k)
		}
	}
	return keys
}

func keysOr(t reflect.Type) string {
	keys := keysOf(t)
	if len(keys) > 8 {
		keys = append(keys[:8:8], "…")
	}
	return "a map with " + strings.Join(keys, ", ")
}

// placeOf finds the place below t whose struct has the key: "target" for
// "scheme". Lists and maps count as the place that holds them.
func placeOf(t reflect.Type, key, path string) (string, bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return placeOf(t.Elem(), key, path)
	case reflect.Struct:
		if _, ok := fieldOf(t, key); ok {
			return path, true
		}
		for f := range t.Fields() {
			if k := KeyOf(f); k != "" {
				if place, ok := placeOf(f.Type, key, join(path, k)); ok {
					return place, true
				}
			}
		}
	}
	return "", false
}

func misplaced(key, place string) error {
	if place == "" {
		return fmt.Errorf("unknown key %q here; it belongs to the top level", key)
	}
	return fmt.Errorf("unknown key %q here; it belongs under %s", key, place)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
