package receiver

const rfc8032 = rfc + "rfc8032#section-5.1.7"

// keyFlaws concern which key counts.
var keyFlaws = []Flaw{
	{"known-key", "accepts as well what is authenticated with a secret that is built in", cve + "CVE-2025-61926", everyScheme},
	{"secret-undecoded", "accepts as well what is signed with the secret's text instead of its bytes", "https://github.com/polarsource/polar/pull/14102", onlyStandard},
	{"key-from-header", "verifies with the key that the delivery brings along", cve + "CVE-2018-0114", signing},
	{"key-confusion-text", "accepts a v1 HMAC made with the text of the public ed25519 key", rfc + "rfc8725#section-2.1", onlyStandard},
	{"zero-public-key", "verifies with a public key of zeros, too, that was never set", cve + "CVE-2026-41432", onlyStandard},
	{"revoked-accepted", "goes on accepting a secret that was rotated away", standardSpec + "#signature-scheme", everyScheme},
	{"keys-shared", "accepts the secrets of its other endpoints", standardSpec + "#signature-scheme", everyScheme},
	{"previous-refused", "takes only the newest of several secrets", "https://docs.stripe.com/webhooks#roll-endpoint-secrets", everyScheme},
	{"pairs-keys", "tries the first secret on the first signature only, the second on the second", standardSpec + "#webhook-headers-sending-metadata-to-consumers", listing},
	{"unconfigured-scheme", "takes deliveries of schemes it has no secret for", cve + "CVE-2026-26077", everyScheme},
	{"trusts-forwarded-for", "does not verify what says that it comes from this machine", "https://github.com/mbailey/voicemode/security/advisories/GHSA-2qvv-vjq9-g5r4", everyScheme},
}

// spellingFlaws concern how a signature is written and where it stands.
var spellingFlaws = []Flaw{
	{"plain-hash", "takes SHA-256 of secret and content for an HMAC", rfc + "rfc2104#section-6", signing},
	{"compares-suffix", "compares all of a signature but its first byte", cwe + "697.html", signing},
	{"any-encoding", "takes a signature in hexadecimal for one in base64, and the reverse", rfc + "rfc4648#section-3.3", signing},
	{"base64-lenient", "decodes base64 without regard to foreign characters and to what its end stands for", libraries + "/python", onlyStandard},
	{"base64-any-alphabet", "decodes base64 without padding and in the alphabet for URLs", "https://nodejs.org/api/buffer.html#buffers-and-character-encodings", onlyStandard},
	{"signature-in-query", "takes the signature from the query when there is no header", cwe + "598.html", signing},
	{"version-any-case", "compares the version of a signature without regard to case", cwe + "178.html", signing},
	{"label-prefix", "takes every version that begins with v1 for v1", libraries + "/elixir", onlyStandard},
	{"version-by-length", "takes the algorithm from the signature's length", rfc + "rfc8725#section-2.1", onlyStandard},
	{"comma-tail-ignored", "ignores what follows a second comma", libraries + "/go", onlyStandard},
	{"empty-token-crash", "answers 500 to a list with an empty member", libraries + "/python", listing},
	{"extra-comma-crash", "answers 500 to a member with two commas", libraries + "/python", onlyStandard},
	{"repeated-header-crash", "answers 500 to two lines of the signature header", rfc + "rfc9110#section-5.3", signing},
	{"long-signature-crash", "answers 500 to a signature header of more than 10 KiB", rfc + "rfc6585#section-5", signing},
	{"quadratic-list", "works on a list for a time that grows with the square of its length", cwe + "407.html", listing},
	{"svix-accepted", "takes svix-id, svix-timestamp and svix-signature where all are there", "https://github.com/svix/svix-webhooks/blob/main/javascript/src/webhook.ts", onlyStandard},
	{"svix-per-header", "takes each svix- header where the one of its name is missing", "https://github.com/svix/svix-webhooks/blob/main/python/svix/webhooks.py", onlyStandard},
	{"svix-verified-only", "verifies the svix- headers where they are, and knows the event by webhook-id", "https://github.com/svix/svix-webhooks/blob/main/rust/src/webhooks.rs", onlyStandard},
	{"dotted-id", "accepts an id with a dot", standardSpec + "#webhook-headers-sending-metadata-to-consumers", onlyStandard},
	{"empty-id-accepted", "accepts an id of no characters", libraries + "/java", onlyStandard},
	{"long-id-crash", "answers 500 to an id of more than 255 characters", rfc + "rfc9110#section-15.5.1", idInHeader},
	{"odd-id-crash", "answers 500 to an id with a quotation mark or characters beyond ASCII", cwe + "89.html", idInHeader},
}

// asymmetricFlaws are what verifiers of ed25519 signatures get wrong.
var asymmetricFlaws = []Flaw{
	{"s-unreduced", "reduces S modulo L instead of refusing one that is not less than L", "https://github.com/str4d/ed25519-java/issues/82", onlyStandard},
	{"r-noncanonical", "takes an R that is no canonical encoding of a point", rfc + "rfc8032#section-5.1.3", onlyStandard},
	{"v1a-length-unchecked", "fills a signature that is too short with zeros and cuts one that is too long", "https://github.com/indutny/elliptic/pull/317", onlyStandard},
	{"zero-signature", "accepts a signature of zeros", cve + "CVE-2022-21449", onlyStandard},
	{"prehash-accepted", "accepts Ed25519ph signatures as well", rfc8032, onlyStandard},
}
