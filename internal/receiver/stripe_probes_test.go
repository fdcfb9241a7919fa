package receiver

import "time"

// captured sends a header in which now stands for a fresh timestamp, and the
// signature is of an old one.
func captured(format string) func(*site, func(string) *message) {
	return one(func(m *message) *message {
		fresh := m.timestamp
		return m.at(time.Hour).tokens(stripeList(format, fresh))
	})
}

var stripeProbes = []probe{
	{flaw: "key-decoded", send: one(func(m *message) *message {
		return m.signed(string(decodedSecret(testSecrets(Stripe)[0])))
	}), correct: refused, flawed: taken},
	{flaw: "stripe-v0-accepted", send: lists("v0:MAC"), correct: refused, flawed: taken},
	{flaw: "stripe-v0-accepted", send: lists("BAD", "v0:MAC"), correct: refused, flawed: taken},
	{flaw: "stripe-label-prefix", send: lists("v1a:MAC"), correct: refused, flawed: taken},
	{flaw: "stripe-order-fixed", send: stripeHeaders("v1=MAC,t=NOW"), correct: taken, flawed: refused},
	{flaw: "stripe-spaces-refused", send: stripeHeaders("t=NOW, v1=MAC"), correct: taken, flawed: refused},
	{flaw: "stripe-tail-ignored", send: lists("GOOD:junk"), correct: refused, flawed: taken},
	{flaw: "stripe-first-t", send: stripeHeaders("t=NOW,t=1,v1=MAC"), correct: malformed, flawed: taken},
	{flaw: "stripe-last-t", send: stripeHeaders("t=1,t=NOW,v1=MAC"), correct: malformed, flawed: taken},
	{flaw: "stripe-age-of-other-t", send: captured("t=NOW,t=OLD,v1=MAC"), correct: malformed, flawed: taken},
	{flaw: "stripe-age-by-order", send: captured("v1=MAC,t=OLD"), correct: refused, flawed: taken},
	{flaw: "api-version-crash", send: body(`{"type":"t","api_version":null}`), correct: taken, flawed: crash},
	{flaw: "api-version-crash", send: body(`{"type":"t","api_version":"2099-01-01.acacia"}`), correct: taken, flawed: crash},
	{flaw: "thin-event-crash", send: body(`{"type":"t","object":"v2.core.event"}`), correct: taken, flawed: crash},
}
