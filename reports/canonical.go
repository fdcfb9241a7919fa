package reports

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// canonical returns a copy of r in the one form in which it is written: lists
// and maps are empty rather than nil, strings are valid UTF-8, times are UTC in
// whole milliseconds. It shares nothing with r that it had to change.
func canonical(r Report) (Report, error) {
	v, err := canonicalValue(reflect.ValueOf(r))
	if err != nil {
		return Report{}, err
	}
	return v.Interface().(Report), nil
}

func canonicalValue(v reflect.Value) (reflect.Value, error) {
	if t, ok := v.Interface().(time.Time); ok {
		t, err := canonicalTime(t)
		return reflect.ValueOf(t), err
	}
	out := reflect.New(v.Type()).Elem()
	var err error
	switch v.Kind() {
	case reflect.String:
		out.SetString(strings.ToValidUTF8(v.String(), "\uFFFD"))
	case reflect.Pointer:
		if v.IsNil() {
			return out, nil
		}
		out.Set(reflect.New(v.Type().Elem()))
		err = fill(out.Elem(), v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if err = fill(out.Field(i), v.Field(i)); err != nil {
				return out, err
			}
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			if err = fill(out.Index(i), v.Index(i)); err != nil {
				return out, err
			}
		}
	case reflect.Map:
		return canonicalMap(v)
	default:
		out.Set(v)
	}
	return out, err
}

func canonicalMap(v reflect.Value) (reflect.Value, error) {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for key, value := range v.Seq2() {
		k, err := canonicalValue(key)
		if err != nil {
			return out, err
		}
		if value, err = canonicalValue(value); err != nil {
			return out, err
		}
		out.SetMapIndex(k, value)
	}
	return out, nil
}

// canonicalTime refuses years that RFC 3339 cannot write.
func canonicalTime(t time.Time) (time.Time, error) {
	t = t.UTC().Truncate(time.Millisecond)
	if y := t.Year(); y < 0 || y > 9999 {
		return t, fmt.Errorf("the year %d is outside 0 to 9999", y)
	}
	return t, nil
}

func fill(to, from reflect.Value) error {
	v, err := canonicalValue(from)
	if err == nil {
		to.Set(v)
	}
	return err
}
