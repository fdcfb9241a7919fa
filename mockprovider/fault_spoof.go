package mockprovider

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults by which somebody without the key would have the receiver look
// elsewhere: at another header, the query, another key, another scheme.
var spoofFaults = []Fault{
	{
		Name: "signature.flip-first", Stage: StageSealed, Needs: []Feature{"signature"},
		Doc: "the first character of the signature is another, which stands for other bytes",
		apply: func(d *Draft, _ Param) error {
			return d.alterSignatures(func(v Version, text string) string { return flipFirst(text, digits[v.Encoding]) })
		},
	},
	{
		Name: "signature.to-query", Stage: StageSealed, Needs: []Feature{"signature"},
		Doc:   "the signature headers are sent as parameters of the query instead",
		apply: func(d *Draft, _ Param) error { return d.signaturesToQuery() },
	},
	{
		Name: "body.append-unsigned", Stage: StageSealed, Param: ParamText, Needs: []Feature{"body-covered"},
		Doc: "the text is put behind the body after it was signed",
		apply: func(d *Draft, p Param) error {
			d.message.Body = append(slices.Clone(d.message.Body), p.Text...)
			return nil
		},
	},
	{
		Name: "header.copy", Stage: StageSealed, Param: ParamMap,
		Doc: "each header's value is sent under the other name, too",
		apply: func(d *Draft, p Param) error {
			for _, pair := range p.Map {
				value := d.field(pair.Key)
				if value == "" {
					return fmt.Errorf("header %s: %w", pair.Key, errNothing)
				}
				if err := d.set(pair.Value, value); err != nil {
					return err
				}
			}
			return nil
		},
	},
	{
		Name: "key.enclosed", Stage: StageSealed, Needs: []Feature{"signature"},
		Doc:   "the key that verifies the delivery is sent along, in headers that name it as key, secret, public key and JWK",
		apply: func(d *Draft, _ Param) error { return d.encloseKey() },
	},
	{
		Name: "scheme.as", Stage: StageSealed, Param: ParamText,
		Doc: "a delivery of another scheme is sent instead, signed with the empty key, as if the receiver had no secret for it: of the first one named that is not the receiver's own",
		check: func(p Param) error {
			for name := range strings.SplitSeq(p.Text, " ") {
				if !slices.Contains(SchemeNames(), name) {
					return nearest.Unknown("scheme", name, SchemeNames())
				}
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { return d.disguise(p.Text) },
	},
}

func (d *Draft) signaturesToQuery() error {
	query := url.Values{}
	err := d.alter("{signatures}", func(f wire.Field) []wire.Field {
		query.Set(f.Name, f.Value)
		return nil
	})
	d.addQuery(query.Encode())
	return err
}

// encloseKey sends what verifies the signature: with a shared key that is the
// key itself.
func (d *Draft) encloseKey() error {
	secret, key, jwk := d.key.text, d.key.text, map[string]string{"kty": "oct", "k": base64.RawURLEncoding.EncodeToString(d.key.Key)}
	if d.key.Form == FormWhsk {
		public := d.key.public()
		key = "whpk_" + base64.StdEncoding.EncodeToString(public)
		secret = key
		jwk = map[string]string{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(public[:ed25519.PublicKeySize])}
	}
	inJSON, err := json.Marshal(jwk)
	if err != nil {
		return err
	}
	for _, f := range []wire.Field{
		{Name: "webhook-key", Value: key}, {Name: "webhook-secret", Value: secret},
		{Name: "webhook-public-key", Value: key}, {Name: "webhook-jwk", Value: string(inJSON)},
	} {
		if err := d.set(f.Name, f.Value); err != nil {
			return err
		}
	}
	return nil
}

// disguise puts a delivery of another scheme for this one.
func (d *Draft) disguise(names string) error {
	others := slices.DeleteFunc(strings.Split(names, " "), func(name string) bool { return name == d.c.Scheme.Name })
	if len(others) == 0 {
		return fmt.Errorf("%s is the scheme's own: %w", names, errNothing)
	}
	scheme, err := FindScheme(others[0])
	if err != nil {
		return err
	}
	event, err := NewMaker(scheme, nil, 0, d.event.Canary).Make(EventSpec{Key: d.event.ID, Now: d.event.Time})
	if err != nil {
		return err
	}
	other := &Composer{
		Scheme: scheme, Secret: Secret{Form: scheme.Secrets[0], Key: []byte{}},
		Host: d.c.Host, Path: d.c.Path, Extra: d.c.Extra, Origin: scheme.Origin,
	}
	genuine := &Draft{c: other, event: event, at: d.at, id: event.ID, key: other.Secret}
	if len(scheme.Modes) > 0 {
		genuine.mode = scheme.Modes[0]
	}
	for _, work := range []func() error{genuine.render, genuine.stamp, genuine.seal} {
		if err := work(); err != nil {
			return err
		}
	}
	d.message, d.knownAs = genuine.message, genuine.sentID()
	return nil
}

func flipFirst(text, digits string) string {
	n := -1
	if text != "" {
		n = strings.IndexByte(digits, text[0])
	}
	if n < 0 {
		return text
	}
	return string(digits[n^len(digits)/2]) + text[1:]
}
