package target

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/hookassay/hookassay/mockprovider"
)

// An OtherSecret is one that the producer has beside the current one.
type OtherSecret struct {
	Secret mockprovider.Secret
	From   string // as Target.SecretFrom
}

// AddSecret tells the target another secret; slot is previous, revoked or
// other, as in mockprovider.SecretSlots. From says where it came from. Errors
// never repeat it.
func (t *Target) AddSecret(slot, text, from string) error {
	if !slices.Contains(slices.Collect(maps.Values(mockprovider.SecretSlots)), slot) {
		return fmt.Errorf("there is no %q secret", slot)
	}
	secret, err := mockprovider.ParseSecret(t.Scheme, text)
	if err != nil {
		return fmt.Errorf("the %s secret: %w", slot, err)
	}
	if bytes.Equal(secret.Key, t.Secret.Key) {
		return fmt.Errorf("the %s secret is the current one", slot)
	}
	for name, o := range t.Others {
		if name != slot && bytes.Equal(secret.Key, o.Secret.Key) {
			return fmt.Errorf("the %s secret is the %s one, too", slot, name)
		}
	}
	if t.Others == nil {
		t.Others = map[string]OtherSecret{}
	}
	t.Others[slot] = OtherSecret{secret, from}
	return nil
}

// secrets lists the receiver's secrets by slot.
func (t *Target) secrets() map[string]OtherSecret {
	all := map[string]OtherSecret{current: {t.Secret, t.SecretFrom}}
	maps.Copy(all, t.Others)
	return all
}

// otherSecrets are those that the composer signs with when a fault says so.
func (t *Target) otherSecrets() map[string]mockprovider.Secret {
	all := map[string]mockprovider.Secret{}
	for slot, o := range t.Others {
		all[slot] = o.Secret
	}
	return all
}
