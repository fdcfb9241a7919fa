package conformance_test

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// leakTale is one answer that is inspected for everything.
func leakTale(a transcript.Answer) tale {
	a.Status = 400
	lacks := &scenarios.Answer{Lacks: []string{"secret", "expected-signature", "stack-trace", "canary"}}
	return tale{scenario: single(scenarios.Base, "anything", lacks),
		happened: []transcript.Record{at(transcript.Exchange{Step: 1, Canary: "0123456789abcdef", Answer: a})}}
}

func TestLeaks(t *testing.T) {
	for name, c := range map[string]struct {
		answer transcript.Answer
		says   string
	}{
		"secret in body":             {transcript.Answer{Body: `{"want":"[redacted:secret:current:text]"}`}, "the answer's body shows the target's secret"},
		"secret in header":           {transcript.Answer{Headers: [][2]string{{"X-Debug", "[redacted:secret:current:hex]"}}}, "header X-Debug shows the target's secret"},
		"secret in a header's name":  {transcript.Answer{Headers: [][2]string{{"[redacted:secret:current:text]", "1"}}}, "shows the target's secret"},
		"secret in bytes":            {transcript.Answer{Base64: true, Body: base64.StdEncoding.EncodeToString([]byte("\xff[redacted:secret:current:raw]"))}, "the target's secret"},
		"signature":                  {transcript.Answer{Body: "expected [redacted:expected-signature:webhook-signature:base64]"}, "the signature that would have been right"},
		"canary":                     {transcript.Answer{Body: "got id msg_0123456789abcdef"}, "the random text that was sent"},
		"canary in header":           {transcript.Answer{Headers: [][2]string{{"Location", "/e/0123456789abcdef"}}}, "header Location"},
		"canary in bytes":            {transcript.Answer{Base64: true, Body: base64.StdEncoding.EncodeToString([]byte("\xfe0123456789abcdef"))}, "body"},
		"trace in a body, as base64": {transcript.Answer{Base64: true, Body: base64.StdEncoding.EncodeToString([]byte("\xff" + traces["Go"]))}, "a stack trace"},
	} {
		t.Run(name, func(t *testing.T) {
			verdictCase{tale: leakTale(c.answer), want: reports.Fail, reason: c.says}.run(t)
		})
	}
	broken := leakTale(transcript.Answer{Base64: true, Body: "not base64 [redacted:secret:"})
	verdictCase{tale: broken, want: reports.Fail}.run(t)
}

// TestShortSecrets: "wrong secret" shows no secret that is "secret".
func TestShortSecrets(t *testing.T) {
	with := func(body string, bytes int) tale {
		w := leakTale(transcript.Answer{Body: body})
		w.run.SecretBytes = map[string]int{"current": bytes}
		return w
	}
	runAll(t, []verdictCase{
		{name: "a word", tale: with("wrong [redacted:secret:current:text]", 6), want: reports.NotObserved, reason: "too short to tell it from an ordinary word"},
		{name: "just a word", tale: with("[redacted:secret:current:text]", 11), want: reports.NotObserved},
		{name: "no word", tale: with("[redacted:secret:current:text]", 12), want: reports.Fail, reason: "shows the target's secret"},
		{name: "a header's value of unknown size", tale: with("[redacted:secret:X-Edge:text]", 6), want: reports.Fail},
		{name: "a word beside what is none", tale: with("[redacted:secret:current:text] [redacted:secret:X-Edge:text]", 6), want: reports.Fail},
		{name: "a signature is never short", tale: with("[redacted:expected-signature:webhook-signature:base64]", 6), want: reports.Fail},
	})
}

// TestFindingsSayWhatWasAsked: "anything" asks for no particular answer, so
// what was violated is the expectation.
func TestFindingsSayWhatWasAsked(t *testing.T) {
	asks := scenarios.Answer{
		Lacks: []string{"secret"}, MaxBody: 10, MaxSent: 10, Within: scenarios.Graded{Warn: mockprovider.Duration(time.Second)},
		Headers: []scenarios.HeaderGrade{{Name: "Allow", Contains: "POST"}, {Name: "Server", Absent: true}, {Name: "WebHook-Allowed-Origin", OneOf: []string{"{origin}", "*"}}},
	}
	s, _ := inspectTale(scenarios.Must, asks, transcript.Exchange{
		Answer:    transcript.Answer{Status: 200, Body: "[redacted:secret:current:text]", Bytes: 30, Headers: [][2]string{{"Server", "x"}}},
		BytesSent: 11, Times: transcript.Times{Answer: 2, Done: 2000},
	}).judge(t)
	var got []string
	for _, f := range s.Findings {
		got = append(got, f.Expected)
	}
	slices.Sort(got)
	want := []string{
		"Allow with POST in it", "WebHook-Allowed-Origin: ours.example or *", "an answer before 10 bytes are taken",
		"an answer of at most 10 bytes", "an answer within 1s", "an answer without the target's secret, in any of its encodings", "no Server",
	}
	if !slices.Equal(got, want) {
		t.Errorf("expected are\n%q, want\n%q", got, want)
	}
}

// traces are what the languages' runtimes and frameworks really print.
var traces = map[string]string{
	"Go":          "panic: runtime error: invalid memory address or nil pointer dereference\n\ngoroutine 34 [running]:\nmain.(*handler).ServeHTTP(0xc0000b4000)\n\t/app/cmd/server/main.go:42 +0x1d",
	"Go path":     `{"error":"/home/build/src/hooks/verify.go:118: signature mismatch"}`,
	"Python":      "Traceback (most recent call last):\n  File \"/usr/lib/python3.12/site-packages/flask/app.py\", line 1473, in wsgi_app\n    response = self.full_dispatch_request()\nKeyError: 'id'",
	"Django":      `<li class="frame user">File "/srv/app/hooks/views.py", line 31, in receive</li>`,
	"Node":        "TypeError: Cannot read properties of undefined (reading 'id')\n    at verify (/app/node_modules/hooks/index.js:27:13)\n    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)",
	"Node ESM":    "Error: bad signature\n    at file:///app/dist/server.mjs:10:11",
	"TypeScript":  "Error: nope\n    at Object.<anonymous> (/srv/src/webhook.ts:8:7)",
	"Java":        "java.lang.IllegalStateException: no secret\n\tat com.example.hooks.Verifier.check(Verifier.java:57)\n\tat org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:255)",
	"Java lambda": "\tat com.example.Hooks.lambda$main$0(Hooks.java:12)",
	"Java init":   "\tat com.example.Hooks.<init>(Hooks.java:12)",
	"Java module": "\tat java.base/java.lang.Thread.run(Thread.java:1583)",
	"Spring":      `{"status":500,"trace":"java.lang.NullPointerException: no id\n\tat com.example.hooks.HookController.receive(HookController.java:31)\n"}`,
	"Django JSON": `{"detail":"  File \"/srv/app/hooks/views.py\", line 31, in receive"}`,
	"Kotlin":      "\tat io.ktor.server.RoutingKt$handle$1.invokeSuspend(Routing.kt:123)",
	"Ruby":        "app/controllers/hooks_controller.rb:12:in `create'\nactionpack (7.1.3) lib/action_controller/metal/basic_implicit_render.rb:6:in `send_action'",
	"Ruby 3.4":    "/srv/app/hooks.rb:12:in 'Hooks#create'",
	"PHP":         "Fatal error: Uncaught TypeError: hash_hmac(): Argument #2\nStack trace:\n#0 /var/www/html/public/index.php(51): App\\Kernel->handle()\n#1 {main}\n  thrown in /var/www/html/src/Hook.php on line 12",
	"PHP error":   "<br />\n<b>Warning</b>:  Undefined array key \"id\" in <b>/var/www/html/hook.php</b> on line <b>9</b><br />",
	".NET":        "System.NullReferenceException: Object reference not set\n   at Hooks.Controllers.WebhookController.Post() in C:\\src\\Hooks\\WebhookController.cs:line 44",
	"Rust":        "thread 'tokio-runtime-worker' panicked at src/main.rs:12:5:\nindex out of bounds",
	"Rust 1.91":   "thread 'main' (12345) panicked at src/main.rs:12:5:",
	"Elixir":      "** (FunctionClauseError) no function clause matching in Hooks.verify/1\n    (hooks 0.1.0) lib/hooks.ex:12: Hooks.verify/1",
	"Elixir name": "** (Plug.Conn.InvalidQueryError) bad\n",
}

func TestStackTraces(t *testing.T) {
	for language, text := range traces {
		t.Run(language, func(t *testing.T) {
			verdictCase{tale: leakTale(transcript.Answer{Body: text}), want: reports.Fail, reason: "a stack trace"}.run(t)
		})
	}
}

func TestOrdinaryErrorsAreNoStackTraces(t *testing.T) {
	for _, body := range []string{
		"",
		"unauthorized\n",
		`{"error":"invalid signature"}`,
		`{"error":"invalid at line 3"}`,
		`{"error":"invalid JSON","at":"line 3, column 14"}`,
		`{"message":"failed at 2026-03-01T12:00:00Z: see https://example.com/docs/errors#401"}`,
		`{"message":"see https://example.com/docs/app.js:1:2"}`,
		`{"help":"look at https://example.com/docs/app.js"}`,
		`{"help":"our SDK is at https://github.com/example/hooks/blob/main/hooks.go"}`,
		`{"error":"timestamp is at 12:30:45 and too old"}`,
		`<!doctype html><title>401</title><script src="/static/app.js?v=1:2:3"></script>`,
		`{"error":"#1 priority: index.php (main page)"}`,
		`{"error":"the thread 'webhooks' is closed"}`,
		`{"detail":"File \"invoice.json\" was not accepted"}`,
		`** (see the documentation)`,
		`{"type":"https://example.com/problems/bad-signature","title":"Bad signature","status":401}`,
	} {
		verdictCase{tale: leakTale(transcript.Answer{Body: body}), want: reports.Pass}.run(t)
	}
}

func TestNoCanaryNoEcho(t *testing.T) {
	w := leakTale(transcript.Answer{Body: "anything"})
	w.happened[0].Exchange.Canary = ""
	verdictCase{tale: w, want: reports.Pass}.run(t)
}
