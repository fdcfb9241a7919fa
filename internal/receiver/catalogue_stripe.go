package receiver

const (
	stripeManual = "https://docs.stripe.com/webhooks#verify-manually"
	stripeSDKs   = "https://github.com/stripe/"
)

// stripeFlaws are those that only Stripe's header and events can show.
var stripeFlaws = []Flaw{
	{"key-decoded", "accepts as well what is signed with the secret decoded from base64", "https://github.com/polarsource/polar/pull/13522", onlyStripe},
	{"stripe-v0-accepted", "takes a v0 signature for v1", stripeManual, onlyStripe},
	{"stripe-label-prefix", "takes a signature under every label that begins with v1", stripeManual, onlyStripe},
	{"stripe-order-fixed", "expects the timestamp first and the signature second", "https://github.com/1bit-MONSTER/1bit-MONSTER/issues/136", onlyStripe},
	{"stripe-spaces-refused", "does not find what stands behind a space", "https://github.com/flowglad/flowglad/pull/1712", onlyStripe},
	{"stripe-tail-ignored", "ignores what follows a second equals sign", "https://github.com/chobbledotcom/tickets/pull/1864", onlyStripe},
	{"stripe-first-t", "takes the first of two timestamps", stripeSDKs + "stripe-php/blob/master/lib/WebhookSignature.php", onlyStripe},
	{"stripe-last-t", "takes the last of two timestamps", stripeSDKs + "stripe-node/blob/master/src/Webhooks.ts", onlyStripe},
	{"stripe-age-of-other-t", "verifies the last of two timestamps and judges the age of the first", "https://github.com/profullstack/sh1pt/pull/509", onlyStripe},
	{"stripe-age-by-order", "looks at the age only when the timestamp stands first", "https://github.com/symfony/symfony/pull/62958", onlyStripe},
	{"api-version-crash", "answers 500 to an event of an API version it does not know", "https://github.com/DevBetterCom/DevBetterWeb/pull/1463", onlyStripe},
	{"thin-event-crash", "answers 500 to a thin event", stripeSDKs + "stripe-node/blob/master/src/Webhooks.ts", onlyStripe},
}
