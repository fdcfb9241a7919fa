package receiver

const (
	postgresJSON = "https://www.postgresql.org/docs/current/datatype-json.html"
	postgresText = "https://www.postgresql.org/docs/current/datatype-character.html"
	mysqlUTF8    = "https://dev.mysql.com/doc/refman/8.4/en/charset-unicode-utf8mb3.html"
	convoyIngest = "https://github.com/frain-dev/convoy/blob/main/api/ingest.go"
)

// Schemes whose genuine payloads let a flaw show.
var (
	withoutNull   = []string{StandardWebhooks, GitHub, CloudEvents}
	listsNearRoot = []string{StandardWebhooks, GitHub, CloudEvents}
	dataAtRoot    = []string{StandardWebhooks, Stripe}
	typeInBody    = []string{StandardWebhooks, Stripe}
)

// contentFlaws trip over what stands in a body or a header that is authentic.
var contentFlaws = []Flaw{
	{"null-crash", "answers 500 to a field that is null", cve + "CVE-2025-59537", withoutNull},
	{"missing-field-crash", "answers 500 to a payload without data", cve + "CVE-2025-59537", dataAtRoot},
	{"wrong-type-crash", "answers 500 where it finds no object in a field that it knows as one", cve + "CVE-2025-59531", everyScheme},
	{"empty-list-crash", "answers 500 to an empty list, of which it wants the first item", cve + "CVE-2025-59538", listsNearRoot},
	{"column-overflow", "answers 500 to a text of more than 1000 characters in a field that it stores", postgresText, everyScheme},
	{"nul-crash", "answers 500 to U+0000 in a text", postgresJSON, everyScheme},
	{"utf8mb3-crash", "answers 500 to a character beyond U+FFFF", mysqlUTF8, everyScheme},
	{"lone-surrogate-crash", "answers 500 to half of a surrogate pair", rfc + "rfc8259#section-8.2", everyScheme},
	{"utf8-crash", "answers 500 to a body that is not UTF-8", libraries + "/python", everyScheme},
	{"bom-crash", "answers 500 to a byte order mark", rfc + "rfc8259#section-8.1", everyScheme},
	{"empty-body-crash", "answers 500 to a body without bytes", libraries + "/python", everyScheme},
	{"scalar-crash", "answers 500 to JSON that is no object", rfc + "rfc8259#section-2", everyScheme},
	{"media-type-crash", "answers 500 to a content type that is not JSON", rfc + "rfc9110#section-15.5.16", everyScheme},
	{"deep-nesting-crash", "ends the connection at more than 1000 levels of nesting", cve + "CVE-2020-36518", everyScheme},
	{"duplicate-name-crash", "answers 500 to an object that has a name twice", rfc + "rfc8259#section-4", everyScheme},
	{"int64-crash", "answers 500 to an integer beyond 64 bits", rfc + "rfc8259#section-6", everyScheme},
	{"digits-crash", "answers 500 to an integer of more than 4300 digits", cve + "CVE-2020-10735", everyScheme},
	{"infinity-crash", "answers 500 to a number beyond the largest double", rfc + "rfc8259#section-6", everyScheme},
	{"proto-key-crash", "answers 500 to a member called __proto__", "https://github.com/hapijs/bourne", everyScheme},
	{"format-crash", "answers 500 to a text with a format directive", cve + "CVE-2026-123870", everyScheme},
	{"regex-crash", "takes the repository's URL for a regular expression and answers 500 where it is none", cve + "CVE-2026-44937", onlyGitHub},
	{"obs-text-crash", "answers 500 to a header with bytes beyond ASCII", rfc + "rfc9110#section-5.5", everyScheme},
	{"splits-answer", "writes the event's id, percent-decoded, into a header of its answer, line ends and all", cwe + "113.html", idInHeader},
	{"parses-first", "parses the body before it verifies, and answers 500 where it is not JSON", cve + "CVE-2025-59537", everyScheme},
	{"html-escaped", "verifies the signature over the body with <, >, & and U+2028 escaped", "https://pkg.go.dev/encoding/json#HTMLEscape", onlyGitHub},
	{"verifies-converted", "verifies the signature over a converted body, too: a form's payload, CR LF for LF", convoyIngest, signing},
	{"limit-100-kib", "refuses a body of more than 100 KiB", "https://expressjs.com/en/5x/api.html#express.json", everyScheme},
	{"empty-data-accepted", "accepts an event without a payload", webhookSpec + "#21-delivery-request", onlyCloud},
	{"first-type-counts", "takes the first of two types for the event's", rfc + "rfc8259#section-4", typeInBody},
	{"missing-type-crash", "answers 500 to a payload without type", standardSpec + "#payload-structure", typeInBody},
	{"type-optional", "processes an event without type", standardSpec + "#payload-structure", typeInBody},
	{"unknown-action-refused", "answers 422 to an action that it does not handle", githubUse, onlyGitHub},
	{"unknown-action-crash", "answers 500 to an action that it does not handle", githubUse, onlyGitHub},
	{"unknown-action-processed", "processes actions that it does not know", githubUse, onlyGitHub},
}
