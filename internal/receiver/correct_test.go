package receiver

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A row is one message and what a correct receiver makes of it.
type row struct {
	name    string
	message *message
	want    string // the status and the effects
}

// play sends every row to a receiver of its own.
func play(t *testing.T, cfg Config, rows []row) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := open(t, cfg)
			s.post(row.message)
			if got := s.outcome(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// Messages of each scheme start from a genuine one about event a.
func std() *message { return genuine(StandardWebhooks, "a") }
func hub() *message { return genuine(GitHub, "a") }
func cld() *message { return genuine(CloudEvents, "a") }

func sequence(tokens ...string) func(string) string {
	return func(good string) string {
		return strings.ReplaceAll(strings.Join(tokens, " "), "GOOD", good)
	}
}

func always(value string) func(string) string { return func(string) string { return value } }

func stamped(text string) *message {
	m := std()
	m.timestamp = text
	return m
}

func TestStandardWebhooksAuthenticity(t *testing.T) {
	key := func(b byte, n int) string { return strings.Repeat(string([]byte{b}), n) }
	play(t, for1(StandardWebhooks), []row{
		{"genuine", std(), taken},
		{"signed with the older secret", std().signed(key(2, 24)), taken},
		{"signed with a strange secret", std().signed(key(3, 64)), refused},
		{"signed with the empty key", std().signed(""), refused},
		{"signed with the secret's text", std().signed(standardSecret), refused},
		{"body changed", std().edited(func(req *http.Request) { req.Body = http.NoBody; req.ContentLength = 0 }), refused},
		{"id changed", std().edited(header("webhook-id", "b")), refused},
		{"timestamp changed", std().edited(header("webhook-timestamp", stamped("").at(time.Minute).timestamp)), refused},
		{"no headers", std().edited(func(req *http.Request) { req.Header = http.Header{} }), refused},
		{"no signature", std().unsigned(), refused},
		{"empty signature", std().tokens(always("")), refused},
		{"no id", std().edited(header("webhook-id", "")), malformed},
		{"empty id, signed so", genuine(StandardWebhooks, ""), malformed},
		{"dot in the id", genuine(StandardWebhooks, "a.1"), malformed},
		{"no timestamp", std().edited(header("webhook-timestamp", "")), malformed},
		{"two ids", std().edited(addHeader("webhook-id", "b")), malformed},
		{"two timestamps", std().edited(addHeader("webhook-timestamp", "1")), malformed},
		{"two signature lines", std().edited(addHeader("webhook-signature", badSignature)), malformed},
		{"two content types", std().edited(addHeader("content-type", "application/json")), malformed},
		{"SHA-1", withHash(std(), sha1.New), refused},
		{"SHA-512", withHash(std(), sha512.New), refused},
		{"truncated", std().tokens(func(good string) string { return good[:12] }), refused},
		{"only the version", std().tokens(always("v1,")), refused},
		{"extended", std().tokens(func(good string) string {
			mac, _ := base64.StdEncoding.DecodeString(good[3:])
			return "v1," + base64.StdEncoding.EncodeToString(append(mac, 0))
		}), refused},
		{"other headers only", std().edited(func(req *http.Request) {
			req.Header = http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {hub().sign("sha256=", base64.StdEncoding.EncodeToString)}}
		}), refused},
	})
}

func TestStandardWebhooksSignatureList(t *testing.T) {
	play(t, for1(StandardWebhooks), []row{
		{"good last", std().tokens(sequence(badSignature, badSignature, "GOOD")), taken},
		{"good first", std().tokens(sequence("GOOD", badSignature)), taken},
		{"none good", std().tokens(sequence(badSignature, badSignature)), refused},
		{"unknown version before", std().tokens(sequence("v2,xxxx", "GOOD")), taken},
		{"v1a before, without a public key", std().tokens(sequence(std().asymmetric(), "GOOD")), taken},
		{"v1a only, without a public key", std().tokens(always(std().asymmetric())), refused},
		{"good under another version", std().tokens(func(good string) string { return "v2" + good[2:] }), refused},
		{"good under a capital version", std().tokens(func(good string) string { return "V1" + good[2:] }), refused},
		{"no version", std().tokens(func(good string) string { return good[3:] }), refused},
		{"malformed before", std().tokens(sequence("garbage", "v1", ",", "v1,", "GOOD")), taken},
		{"two spaces", std().tokens(sequence(badSignature, "", "GOOD")), taken},
		{"not ASCII before", std().tokens(sequence("v1,é", "GOOD")), taken},
		{"tail", std().tokens(sequence("GOOD,junk")), refused},
		{"no padding", std().tokens(func(good string) string { return strings.TrimRight(good, "=") }), refused},
		{"more padding", std().tokens(sequence("GOOD=")), refused},
		{"junk inside", std().tokens(func(good string) string { return good[:9] + "*" + good[9:] }), refused},
		{"not canonical", std().tokens(notCanonical), refused},
		{"base64 of the URL alphabet", std().tokens(always("v1," + base64.URLEncoding.EncodeToString(make([]byte, 32)))), refused},
		{"many bad ones", std().tokens(func(good string) string { return strings.Repeat(badSignature+" ", 250) + good }), taken},
		{"header names in capitals", std().edited(func(req *http.Request) {
			req.Header["WEBHOOK-ID"], req.Header["webhook-id"] = req.Header["webhook-id"], nil
			delete(req.Header, "webhook-id")
		}), taken},
	})
}

// notCanonical sets one of the two bits that the last character of a 32-byte
// value leaves unused.
func notCanonical(good string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := len(good) - 2
	i := strings.IndexByte(alphabet, good[last])
	return good[:last] + string(alphabet[i|1]) + "="
}

func TestStandardWebhooksAsymmetric(t *testing.T) {
	asymmetric := func() *message { return std().tokens(always(std().asymmetric())) }
	flipped := func() *message {
		good := std().asymmetric()
		other := "A"
		if good[10] == 'A' {
			other = "B"
		}
		return std().tokens(always(good[:10] + other + good[11:]))
	}
	for _, secret := range []string{publicSecret, privateSecret, "whsk_" + longPrivate()} {
		play(t, Config{Secrets: map[string][]string{StandardWebhooks: {secret}}}, []row{
			{"genuine", asymmetric(), taken},
			{"flipped", flipped(), refused},
			{"of another body", asymmetric().withBody(`{"type":"t"}`), refused},
			{"HMAC with the public key", std().signed(string(publicKey())), refused},
			{"HMAC with the empty key", std().signed(""), refused},
			{"zeros", std().tokens(always("v1a," + base64.StdEncoding.EncodeToString(make([]byte, 64)))), refused},
		})
	}
}

func TestStandardWebhooksTimestamp(t *testing.T) {
	now := std().timestamp
	play(t, for1(StandardWebhooks), []row{
		{"just inside the past", std().at(295 * time.Second), taken},
		{"just inside the future", std().at(-295 * time.Second), taken},
		{"stale", std().at(305 * time.Second), refused},
		{"from the future", std().at(-305 * time.Second), refused},
		{"day old", std().at(24 * time.Hour), refused},
		{"ten years ahead", std().at(-10 * 365 * 24 * time.Hour), refused},
		{"epoch", stamped("0"), refused},
		{"twelve digits", stamped("999999999999"), refused},
		{"negative", stamped("-1"), malformed},
		{"minimum", stamped("-9223372036854775808"), malformed},
		{"maximum", stamped("9223372036854775807"), malformed},
		{"20 digits", stamped("99999999999999999999"), malformed},
		{"milliseconds", stamped(now + "000"), malformed},
		{"plus", stamped("+" + now), malformed},
		{"leading zero", stamped("0" + now), malformed},
		{"fraction", stamped(now + ".9"), malformed},
		{"exponent", stamped("1e9"), malformed},
		{"underscore", stamped(now[:4] + "_" + now[4:]), malformed},
		{"inner space", stamped(now[:4] + " " + now[4:]), malformed},
		{"hexadecimal", stamped("0x10"), malformed},
		{"junk", stamped(now + "abc"), malformed},
		{"other digits", stamped("١٢٣"), malformed},
		{"RFC 3339", stamped(testNow.Format(time.RFC3339)), malformed},
		{"not a number", stamped("NaN"), malformed},
	})
}

func TestTolerance(t *testing.T) {
	cfg := for1(StandardWebhooks)
	cfg.Tolerance = Tolerance{Past: time.Hour, Future: 10 * time.Second}
	play(t, cfg, []row{
		{"inside the past", std().at(50 * time.Minute), taken},
		{"beyond the past", std().at(61 * time.Minute), refused},
		{"beyond the future", std().at(-11 * time.Second), refused},
	})
}

func TestStandardWebhooksBody(t *testing.T) {
	const tooMuch = "413 map[]"
	play(t, for1(StandardWebhooks), []row{
		{"pretty", std().withBody("{\n\t\"type\": \"t\",\r\n \"n\": 1.0 }\n"), taken},
		{"escapes", std().withBody(`{"type":"\u0074","x":"\u00e9\/\ud83d\ude00"}`), taken},
		{"numbers", std().withBody(`{"type":"t","n":[1e2,-0,9007199254740993,123456789012345678901234567890]}`), taken},
		{"unknown fields", std().withBody(`{"type":"t","x_new":{"hookassay_y":1}}`), taken},
		{"old event", std().withBody(`{"type":"t","timestamp":"2020-01-01T00:00:00Z"}`), taken},
		{"large", std().withBody(`{"type":"t","x":"` + strings.Repeat("x", 900<<10) + `"}`), taken},
		{"too large", std().withBody(strings.Repeat("x", bodyLimit+1)).edited(header("Expect", "100-continue")), tooMuch},
		{"empty", std().withBody(""), malformed},
		{"not JSON", std().withBody("hello"), malformed},
		{"two texts", std().withBody(`{"type":"t"}{}`), malformed},
		{"byte order mark", std().withBody("\ufeff{\"type\":\"t\"}"), malformed},
		{"not UTF-8", std().withBody("{\"type\":\"t\xff\"}"), malformed},
		{"deep", std().withBody(strings.Repeat("[", 100_000)), malformed},
		{"scalar", std().withBody("null"), malformed},
		{"array", std().withBody("[]"), malformed},
		{"no type", std().withBody(`{"data":{}}`), malformed},
		{"type is no string", std().withBody(`{"type":1}`), malformed},
		{"type in capitals", std().withBody(`{"Type":"t"}`), malformed},
		{"unhandled type", std().retype("hookassay.unknown"), "202 map[]"},
		{"not JSON and forged", std().withBody("hello").forged(), refused},
	})
}

func TestContentType(t *testing.T) {
	const wrong = "415 map[]"
	typed := func(m *message, value string) *message { return m.edited(header("Content-Type", value)) }
	play(t, for1(StandardWebhooks), []row{
		{"parameters", typed(std(), "Application/JSON ;charset=bogus"), taken},
		{"suffix", typed(std(), "application/vnd.acme.v1+json"), taken},
		{"text", typed(std(), "text/plain"), wrong},
		{"none", typed(std(), ""), wrong},
		{"form and forged", typed(std().forged(), "application/x-www-form-urlencoded"), refused},
		{"gzip", std().edited(header("Content-Encoding", "gzip")), wrong},
		{"identity", std().edited(header("Content-Encoding", "identity")), taken},
	})
	play(t, for1(GitHub), []row{
		{"GitHub with parameters", typed(hub(), "application/json; charset=utf-8"), taken},
		{"GitHub with a suffix", typed(hub(), "application/vnd.x+json"), wrong},
		{"GitHub form", typed(hub(), "application/x-www-form-urlencoded"), wrong},
	})
}

// The vector is GitHub's own: see "Testing the webhook payload validation" at
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
func TestGitHubVector(t *testing.T) {
	const good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	r := newReceiver(t, for1(GitHub))
	defer r.Close()
	d := &delivery{endpoint: r.endpoints[0], flaws: r.flaws, body: []byte("Hello, World!"),
		header: http.Header{"X-Hub-Signature-256": {good}}}
	if a := d.verify(d); a != nil {
		t.Errorf("the vector is answered %d", a.status)
	}
	d.body = []byte("Hello, World?")
	if a := d.verify(d); a != unauthorized {
		t.Error("another body verifies too")
	}
}

func TestGitHub(t *testing.T) {
	upper := func(good string) string { return "sha256=" + strings.ToUpper(good[len("sha256="):]) }
	play(t, for1(GitHub), []row{
		{"genuine", hub(), taken},
		{"older secret", hub().signed("older"), taken},
		{"forged", hub().forged(), refused},
		{"empty key", hub().signed(""), refused},
		{"no signature", hub().unsigned(), refused},
		{"only SHA-1", hub().edited(func(req *http.Request) {
			header("X-Hub-Signature-256", "")(req)
			req.Header.Set("X-Hub-Signature", hub().sha1Header())
		}), refused},
		{"good SHA-1, bad SHA-256", hub().forged().edited(func(req *http.Request) {
			req.Header.Set("X-Hub-Signature", hub().sha1Header())
		}), refused},
		{"SHA-1 under SHA-256", withHash(hub(), sha1.New), refused},
		{"no prefix", hub().tokens(func(good string) string { return good[len("sha256="):] }), refused},
		{"other prefix", hub().tokens(func(good string) string { return "sha1" + good[len("sha256"):] }), refused},
		{"capital hexadecimal", hub().tokens(upper), refused},
		{"truncated", hub().tokens(func(good string) string { return good[:20] }), refused},
		{"only the prefix", hub().tokens(always("sha256=")), refused},
		{"two signatures", hub().edited(addHeader("X-Hub-Signature-256", "sha256=00")), malformed},
		{"no delivery id", hub().edited(header("X-Github-Delivery", "")), malformed},
		{"no event", hub().edited(header("X-Github-Event", "")), malformed},
		{"no delivery id and forged", hub().forged().edited(header("X-Github-Delivery", "")), refused},
		{"ping", hub().retype("ping"), "200 map[]"},
		{"unhandled event", hub().retype("hookassay_unknown"), "202 map[]"},
		{"not JSON", hub().withBody("{"), malformed},
		{"array", hub().withBody("[]"), taken},
	})
}

func addHeader(name, value string) func(*http.Request) {
	return func(req *http.Request) {
		req.Header[strings.ToLower(name)] = append(req.Header[strings.ToLower(name)], value)
	}
}

func TestCloudEventsAuthorization(t *testing.T) {
	token := testSecrets(CloudEvents)[0]
	auth := func(value string) *message { return cld().edited(header("Authorization", value)) }
	query := func(q string) *message {
		return cld().edited(func(req *http.Request) {
			req.Header.Del("Authorization")
			req.URL.RawQuery = q
		})
	}
	play(t, for1(CloudEvents), []row{
		{"genuine", cld(), taken},
		{"older token", cld().signed("older-token"), taken},
		{"lower-case scheme", auth("bearer " + token), taken},
		{"two spaces", auth("Bearer  " + token), taken},
		{"wrong token", cld().forged(), refused},
		{"token and more", auth("Bearer " + token + "x"), refused},
		{"part of the token", auth("Bearer " + token[:5]), refused},
		{"empty token", auth("Bearer "), refused},
		{"Basic", auth("Basic " + token), refused},
		{"no scheme", auth(token), refused},
		{"none", cld().unsigned(), refused},
		{"two headers", cld().edited(func(req *http.Request) { req.Header.Add("Authorization", "Bearer x") }), malformed},
		{"query", query("access_token=" + token + "&p=q"), taken},
		{"query, encoded", query("access_token=%6D" + token[1:]), taken},
		{"query, wrong", query("access_token=x"), refused},
		{"query, empty", query("access_token="), refused},
		{"query, twice", query("access_token=" + token + "&access_token=" + token), malformed},
		{"header and query", cld().edited(func(req *http.Request) { req.URL.RawQuery = "access_token=" + token }), malformed},
	})
}

func withHash(m *message, h hashFunc) *message {
	m.hash = h
	return m
}
