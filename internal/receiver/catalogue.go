package receiver

const (
	standardSpec = "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"
	githubSpec   = "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"
	githubUse    = "https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks"
	githubEvents = "https://docs.github.com/en/webhooks/webhook-events-and-payloads"
	webhookSpec  = "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md"
	bindingSpec  = "https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md"
	eventSpec    = "https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md"
	libraries    = "https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries"
	cve          = "https://nvd.nist.gov/vuln/detail/"
	cwe          = "https://cwe.mitre.org/data/definitions/"
	rfc          = "https://www.rfc-editor.org/rfc/"
)

var (
	everyScheme  = []string{StandardWebhooks, GitHub, CloudEvents, Stripe}
	signing      = []string{StandardWebhooks, GitHub, Stripe}
	listing      = []string{StandardWebhooks, Stripe} // signatures come in a list
	dated        = []string{StandardWebhooks, Stripe} // with a timestamp that is signed
	hexadecimal  = []string{GitHub, Stripe}
	idInHeader   = []string{StandardWebhooks, GitHub, CloudEvents}
	idIntact     = []string{StandardWebhooks, CloudEvents}         // in a header that the signature does not leave out
	bareType     = []string{StandardWebhooks, GitHub, CloudEvents} // genuine content types have no parameters
	onlyStandard = []string{StandardWebhooks}
	onlyGitHub   = []string{GitHub}
	onlyCloud    = []string{CloudEvents}
	onlyStripe   = []string{Stripe}
)

var authenticityFlaws = []Flaw{
	{"unsigned-accepted", "verifies only when there is a signature or credential to verify", cve + "CVE-2026-26077", everyScheme},
	{"partial-headers-accepted", "does not verify when the id or the timestamp is missing", standardSpec + "#signature-scheme", dated},
	{"never-verifies", "looks at no signature or credential at all", cve + "CVE-2026-45754", everyScheme},
	{"chunked-unverified", "does not verify a body without a declared length", cwe + "288.html", everyScheme},
	{"verifies-json-only", "does not verify what is not declared as JSON, and takes it all the same", cwe + "288.html", everyScheme},
	{"large-unverified", "does not verify a body of more than 60 KiB", cwe + "288.html", everyScheme},
	{"compares-prefix", "compares all of a signature but its last byte", cwe + "697.html", signing},
	{"case-blind", "compares signatures in base64 without regard to case", cwe + "178.html", onlyStandard},
	{"short-compare", "compares signatures up to the length of the shorter one", "https://rustsec.org/advisories/RUSTSEC-2024-0010.html", signing},
	{"empty-key", "accepts what is signed with the empty key, or an empty token", cve + "CVE-2026-41432", everyScheme},
	{"hash-by-length", "takes the hash from the signature's length, so that HMAC-SHA1 and HMAC-SHA512 verify too", standardSpec + "#signature-scheme", signing},
	{"sha1-fallback", "accepts the SHA-1 signature when the SHA-256 one is absent", githubSpec, onlyGitHub},
	{"sha1-beside", "accepts a good SHA-1 signature beside a bad SHA-256 one", githubSpec, onlyGitHub},
	{"hash-by-label", "takes the hash from the label in the SHA-256 header, so that sha1= verifies too", "https://github.com/google/go-github/blob/v92.0.0/github/messages.go", onlyGitHub},
	{"signature-cached", "does not verify again what carries a signature that was once good", standardSpec + "#verifying-signatures", signing},
	{"effect-before-verify", "processes the event, then verifies it and answers as it should", cve + "CVE-2023-40034", everyScheme},
	{"key-confusion", "accepts a v1 HMAC made with the bytes of the public ed25519 key", rfc + "rfc8725#section-2.1", onlyStandard},
	{"bearer-any-scheme", "takes the token from any authorization scheme, such as Basic", webhookSpec + "#31-authorization-request-header-field", onlyCloud},
	{"bearer-exact-case", "knows the authorization scheme only as it is spelt in the specification", rfc + "rfc9110#section-11.1", onlyCloud},
	{"query-token-refused", "takes no token from the query", webhookSpec + "#32-uri-query-parameter", onlyCloud},
	{"bearer-prefix", "accepts every token that begins with the right one", webhookSpec + "#3-authorization", onlyCloud},
	{"hex-any-case", "takes a signature in hexadecimal with capitals", cwe + "178.html", hexadecimal},
	{"crash-on-empty-headers", "panics on an empty signature or credential header", "https://github.com/advisories/GHSA-pwfr-8pq7-x9qv", everyScheme},
}

var signatureFlaws = []Flaw{
	{"first-signature-only", "looks only at the first of several signatures", standardSpec + "#webhook-headers-sending-metadata-to-consumers", listing},
	{"last-signature-only", "looks only at the last of several signatures", libraries + "/elixir", listing},
	{"version-ignored", "takes a signature of any version for the right one", libraries + "/elixir", signing},
	{"bare-signature", "takes a signature without a version for the right one", standardSpec + "#signature-scheme", signing},
	{"unknown-version-refused", "refuses a list that holds an unknown version", standardSpec + "#signature-scheme", listing},
	{"malformed-token-crash", "answers 500 to a list with a member that is no label and value", libraries + "/python", listing},
	{"malformed-token-refused", "refuses a list with a member that is no label and value", libraries + "/csharp", listing},
	{"non-ascii-crash", "answers 500 to a signature with bytes beyond ASCII", "https://docs.python.org/3/library/hmac.html#hmac.compare_digest", signing},
	{"case-sensitive-headers", "finds headers only in lower case", rfc + "rfc9110#section-5.1", onlyStandard},
}

var timestampFlaws = []Flaw{
	{"no-timestamp-check", "accepts a delivery of any age", "https://github.com/stripe/stripe-php/issues/1984", dated},
	{"future-accepted", "accepts a delivery from any future time", "https://github.com/stripe/stripe-go/blob/master/webhook/client.go", dated},
	{"wide-window", "accepts an hour on both sides of now", standardSpec + "#verifying-signatures", dated},
	{"tight-window", "accepts only a minute on both sides of now", standardSpec + "#verifying-signatures", dated},
	{"milliseconds-accepted", "takes a timestamp of 13 digits for milliseconds", standardSpec + "#webhook-headers-sending-metadata-to-consumers", dated},
	{"lenient-timestamp", "reads the leading digits of the timestamp and ignores what follows", libraries + "/javascript", dated},
	{"timestamp-crash", "answers 500 to a timestamp it cannot parse", rfc + "rfc9110#section-15.5.1", dated},
	{"timestamp-overflow", "computes the age in wrapping 64-bit integers, so that their minimum is fresh", libraries + "/rust", dated},
}

var bodyFlaws = []Flaw{
	{"reserialises", "verifies the signature over the body parsed and serialised again", "https://github.com/octokit/webhooks.js/issues/76", signing},
	{"schema-order", "verifies the signature over the body serialised again in the order of its own type", "https://github.com/octokit/webhooks.js/issues/76", onlyStandard},
	{"trims-body", "trims white space from the body before it verifies", standardSpec + "#signature-scheme", signing},
	{"utf8-lossy", "replaces invalid UTF-8 in the body before it verifies", libraries + "/javascript", signing},
	{"too-large-crash", "answers 500 to a body that is larger than it takes", rfc + "rfc9110#section-15.5.14", everyScheme},
	{"body-capped", "silently reads only the first 16 KiB of a body", "https://github.com/frain-dev/convoy/blob/main/api/ingest.go", everyScheme},
	{"chunked-ignored", "takes a body without a declared length for an empty one", "https://github.com/pallets/flask/issues/2229", everyScheme},
	{"invalid-json-crash", "answers 500 to a body that is not JSON", rfc + "rfc9110#section-15.5.1", everyScheme},
	{"float-numbers", "answers 500 to a number beyond 2^53", rfc + "rfc8259#section-6", everyScheme},
}

var httpFlaws = []Flaw{
	{"any-method", "processes deliveries sent with any method", rfc + "rfc9110#section-15.5.6", everyScheme},
	{"get-crash", "answers 500 to any other method than POST", rfc + "rfc9110#section-15.5.6", everyScheme},
	{"charset-refused", "refuses a content type that has parameters or capital letters", rfc + "rfc9110#section-8.3.1", bareType},
	{"connection-poisoned", "rejects without reading the body, and reads the body as the next request", rfc + "rfc9112#section-9.3", everyScheme},
	{"unbounded-body", "reads up to 64 MiB of whatever it is sent", cve + "CVE-2024-40634", everyScheme},
	{"partial-body-processed", "processes an event whose body was cut off", rfc + "rfc9112#section-8", onlyCloud},
	{"allow-missing", "answers 405 without saying what is allowed", rfc + "rfc9110#section-15.5.6", everyScheme},
	{"trace-echo", "answers TRACE with the headers it came with", rfc + "rfc9110#section-9.3.8", everyScheme},
	{"media-type-unparsed", "answers 500 to a content type that it cannot parse or does not know", rfc + "rfc9110#section-15.5.16", everyScheme},
	{"many-headers-crash", "answers 500 to more than 100 headers", rfc + "rfc6585#section-5", everyScheme},
	{"large-header-crash", "answers 500 to a header of more than 16 KiB", rfc + "rfc6585#section-5", everyScheme},
	{"absolute-form-refused", "answers 404 to a request target in absolute form", rfc + "rfc9112#section-3.2.2", everyScheme},
	{"http10-refused", "answers 505 to HTTP/1.0", rfc + "rfc9110#section-2.5", everyScheme},
	{"http10-unverified", "does not verify what comes over HTTP/1.0", cwe + "288.html", everyScheme},
	{"upgrade-unverified", "does not verify what comes with the offer to upgrade the connection", cwe + "288.html", everyScheme},
	{"upgrade-refused", "answers 400 to the offer to upgrade the connection", rfc + "rfc9110#section-7.8", everyScheme},
	{"expect-ignored", "never says 100 (Continue)", rfc + "rfc9110#section-10.1.1", everyScheme},
	{"trailers-merged", "takes trailers for headers", rfc + "rfc9110#section-6.5.1", everyScheme},
	{"trailers-refused", "answers 400 to a body with trailers", rfc + "rfc9112#section-7.1.2", everyScheme},
	{"blanks-kept", "takes the blanks around a header's value for part of it", rfc + "rfc9110#section-5.5", []string{StandardWebhooks, GitHub}},
	{"underscores-merged", "takes _ for - in the names of headers, the last one winning", cve + "CVE-2015-0219", onlyStandard},
	{"last-id-known", "verifies the first of two ids and goes by the last", cwe + "444.html", onlyStandard},
	{"one-read", "takes what its first read of the body brings for the whole of it", rfc + "rfc9112#section-6.3", everyScheme},
	{"connection-trusted", "does not verify again on a connection that brought an authentic delivery", cwe + "288.html", everyScheme},
	{"guards-one-path", "takes deliveries at other spellings of its path, and does not verify them", cwe + "288.html", everyScheme},
	{"any-path", "takes deliveries at every path", rfc + "rfc9110#section-15.5.5", everyScheme},
	{"serial", "serves one connection at a time", cve + "CVE-2007-6750", everyScheme},
	{"no-timeouts", "waits for ever for the rest of a request", cve + "CVE-2007-6750", everyScheme},
	{"cacheable", "lets an answer be cached whose request had the token in its query", rfc + "rfc6750#section-2.3", onlyCloud},
	{"empty-200", "answers 200 without a body", webhookSpec + "#22-delivery-response", everyScheme},
}

var codingFlaws = []Flaw{
	{"gzip-crash", "answers 500 to a body with a content coding", rfc + "rfc9110#section-15.5.16", everyScheme},
	{"gzip-both", "accepts a signature over the compressed body, and one over the decompressed", cwe + "436.html", signing},
	{"gzip-expanded", "decompresses a body before it verifies, until its memory is used up", cwe + "409.html", everyScheme},
}

// framingFlaws are of receivers that read HTTP/1 more leniently than they may.
var framingFlaws = []Flaw{
	{"host-unchecked", "takes requests without Host, with two, and with one that is none", rfc + "rfc9112#section-3.2", everyScheme},
	{"space-before-colon", "takes a blank between a header's name and its colon", rfc + "rfc9112#section-5.1", everyScheme},
	{"fold-splits", "takes folded lines for headers of their own", rfc + "rfc9112#section-5.2", everyScheme},
	{"line-feed-crash", "answers 500 to lines that end in a line feed alone", rfc + "rfc9112#section-2.2", everyScheme},
	{"both-lengths-kept", "keeps the connection open behind a request with Content-Length and chunks", rfc + "rfc9112#section-6.1", everyScheme},
	{"first-length-wins", "goes by the first of two lengths that differ", rfc + "rfc9112#section-6.3", everyScheme},
	{"length-lenient", "takes a length with a sign or in hexadecimal", cve + "CVE-2022-24801", everyScheme},
	{"coding-lenient", "takes every transfer coding for chunked that has the word in it", rfc + "rfc9112#section-6.1", everyScheme},
	{"lenient-chunks", "reads chunk sizes as strtol does, and lines that end in a line feed alone", cve + "CVE-2025-22871", everyScheme},
	{"extension-refused", "answers 400 to chunks with extensions", rfc + "rfc9112#section-7.1.1", everyScheme},
}

var eventFlaws = []Flaw{
	{"unknown-type-refused", "answers 422 to an event type it does not handle", githubUse, everyScheme},
	{"unknown-type-crash", "answers 500 to an event type it does not handle", githubUse, everyScheme},
	{"unknown-type-processed", "processes event types it does not know", githubUse, everyScheme},
	{"strict-fields", "refuses a body with fields it does not know", standardSpec + "#payload-structure", everyScheme},
	{"event-time-checked", "refuses an event that happened more than five minutes ago", standardSpec + "#webhook-metadata", []string{StandardWebhooks, CloudEvents, Stripe}},
	{"ping-refused", "answers 400 to the ping event", githubEvents + "#ping", onlyGitHub},
	{"ping-processed", "processes the ping event", githubEvents + "#ping", onlyGitHub},
}

var leakFlaws = []Flaw{
	{"leaks-expected-signature", "tells the expected signature when it refuses one", cve + "CVE-2018-1000089", signing},
	{"leaks-secret", "tells the secret when it refuses a signature or credential", cve + "CVE-2018-1000089", everyScheme},
	{"stack-trace", "answers 4xx with a stack trace", cwe + "209.html", everyScheme},
	{"echoes-input", "repeats the request's headers and body when it refuses it", cwe + "116.html", everyScheme},
	{"chatty", "answers 2xx with a body of 128 KiB", webhookSpec + "#22-delivery-response", everyScheme},
}

var duplicateFlaws = []Flaw{
	{"no-dedupe", "processes an event as often as it is delivered", cve + "CVE-2026-28449", everyScheme},
	{"dedupe-racy", "looks the id up and records it later, so that two at once are both processed", cwe + "367.html", everyScheme},
	{"dedupe-by-signature", "takes the signature for the event's identity, so that a retry is a new event", cve + "CVE-2026-32053", dated},
	{"dedupe-before-verify", "records the id before it verifies, so that a forged twin suppresses the event", standardSpec + "#verifying-webhook-authenticity", everyScheme},
	{"dedupe-before-age", "records the id before it looks at the age, so that a stale twin suppresses the event", standardSpec + "#verifying-signatures", dated},
	{"dedupe-by-body", "takes the body for the event's identity", standardSpec + "#webhook-metadata", idIntact},
	{"duplicate-refused", "answers 409 to a duplicate", standardSpec + "#delivery-success-and-failure", everyScheme},
	{"duplicate-crash", "answers 500 to a duplicate", standardSpec + "#delivery-success-and-failure", everyScheme},
	{"dedupe-ignores-source", "takes events of different sources for one when their ids are equal", eventSpec + "#id", onlyCloud},
	{"processes-twice", "processes every event twice", "https://github.com/anomalyco/opencode/pull/28403", everyScheme},
	{"dedupe-forgets", "remembers only the latest id", cve + "CVE-2026-28449", everyScheme},
}

var acknowledgementFlaws = []Flaw{
	{"slow-ack", "works for 1.5 s before it answers", githubUse, everyScheme},
	{"abandons-on-hang-up", "records the id, then gives the work up when the sender hangs up", standardSpec + "#request-timeouts", everyScheme},
	{"drops-when-busy", "accepts more than its queue holds and drops the rest", standardSpec + "#delivery-success-and-failure", everyScheme},
	{"refuses-everything", "answers 401 to everything", standardSpec + "#delivery-success-and-failure", everyScheme},
	{"stalls-rejections", "closes the connection instead of answering what it rejects", rfc + "rfc9110#section-15", everyScheme},
}

var cloudEventsFlaws = []Flaw{
	{"binary-only", "answers 415 to structured mode", bindingSpec + "#13-content-modes", onlyCloud},
	{"structured-only", "answers 415 to binary mode", bindingSpec + "#13-content-modes", onlyCloud},
	{"required-unchecked", "accepts an event without a required attribute", eventSpec + "#required-attributes", onlyCloud},
	{"specversion-unchecked", "accepts an event of any version of the specification", eventSpec + "#specversion", onlyCloud},
	{"origin-prefix", "grants every origin that begins with an allowed one", "https://github.com/cloudevents/sdk-go/blob/main/v2/protocol/http/abuse_protection.go", onlyCloud},
	{"grants-everyone", "grants every origin", webhookSpec + "#421-webhook-allowed-origin", onlyCloud},
	{"rate-missing", "grants an origin without a rate", webhookSpec + "#422-webhook-allowed-rate", onlyCloud},
}

var gitHubFlaws = []Flaw{
	{"delivery-id-optional", "accepts a delivery without X-GitHub-Delivery", githubUse, onlyGitHub},
	{"event-optional", "accepts a delivery without X-GitHub-Event", githubUse, onlyGitHub},
	{"event-header-trusted", "acts on X-GitHub-Event, which is not signed, whatever the body is", "https://github.com/symfony/symfony/pull/62958", onlyGitHub},
	{"label-crash", "answers 500 to a signature under a hash it does not know", "https://github.com/composer/packagist/pull/1756", onlyGitHub},
}
