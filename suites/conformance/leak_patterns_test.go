package conformance_test

import (
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// lacking is one answer that is inspected for one thing.
func lacking(inspection string, a transcript.Answer) tale {
	if a.Status == 0 {
		a.Status = 400
	}
	asks := scenarios.Answer{Lacks: []string{inspection}}
	return tale{scenario: single(scenarios.Base, "anything", &asks), happened: []transcript.Record{at(transcript.Exchange{Step: 1, Answer: a})}}
}

// debugPages are what frameworks show in development, beyond the traces above.
var debugPages = map[string]string{
	"Django debug":     `<p>You're seeing this error because you have <code>DEBUG = True</code> in your Django settings file.</p>`,
	"Werkzeug":         `<title>KeyError: 'id' // Werkzeug Debugger</title>`,
	"Express":          `<pre>TypeError: Cannot read properties of null (reading &#39;id&#39;)<br> &nbsp; &nbsp;at handler (/app/src/hooks.js:14:22)<br></pre>`,
	"Rails":            `<title>Action Controller: Exception caught</title>`,
	"Laravel JSON":     `{"message":"Undefined array key","exception":"ErrorException","file":"/var/www/html/app/Http/Controllers/HookController.php","line": 21,"trace":[]}`,
	"ASP.NET":          `System.Text.Json.JsonException: The JSON value could not be converted`,
	".NET bare":        `System.NullReferenceException: Object reference not set to an instance of an object.`,
	"Spring exception": `{"status":500,"exception":"java.lang.IllegalArgumentException","message":"bad"}`,
	"Java native":      "\tat java.lang.reflect.Method.invoke0(Native Method)",
	"Perl":             `Can't use an undefined value as a HASH reference at /srv/hooks/receive.pl line 12.`,
}

func TestDebugPages(t *testing.T) {
	for framework, text := range debugPages {
		t.Run(framework, func(t *testing.T) {
			verdictCase{tale: lacking("stack-trace", transcript.Answer{Body: text}), want: reports.Fail, reason: "a stack trace"}.run(t)
		})
	}
}

// databases are what they and their drivers really say.
var databases = map[string]string{
	"PostgreSQL NUL":    `ERROR: unsupported Unicode escape sequence (SQLSTATE 22P05)`,
	"lib/pq":            `pq: invalid byte sequence for encoding "UTF8": 0x00`,
	"PostgreSQL unique": `duplicate key value violates unique constraint "events_pkey"`,
	"psycopg":           `psycopg2.errors.UntranslatableCharacter: unsupported Unicode escape sequence`,
	"asyncpg":           `asyncpg.exceptions.UntranslatableCharacterError`,
	"MySQL syntax":      `You have an error in your SQL syntax; check the manual`,
	"MySQL unique":      `Error 1062 (23000): Duplicate entry 'msg_1' for key 'events.PRIMARY'`,
	"PDO":               `SQLSTATE[HY000]: General error: 1366 Incorrect string value`,
	"SQLite":            `UNIQUE constraint failed: events.id`,
	"Node SQLite":       `SqliteError: SQLITE_CONSTRAINT_PRIMARYKEY`,
	"Python SQLite":     `sqlite3.OperationalError: near "s": syntax error`,
	"Oracle":            `ORA-00001: unique constraint (HOOKS.EVENTS_PK) violated`,
	"SQL Server":        `Unclosed quotation mark after the character string 's'.`,
	"MongoDB":           `E11000 duplicate key error collection: hooks.events index: _id_`,
	"MongoDB Node":      `MongoServerError: BSON field is wrong`,
	"Redis":             `WRONGTYPE Operation against a key holding the wrong kind of value`,
	"Rails":             `ActiveRecord::StatementInvalid: PG::UntranslatableCharacter`,
	"SQLAlchemy":        `(Background on this error at: https://sqlalche.me/e/20/9h9h) sqlalchemy.exc.DataError`,
	"Prisma":            `PrismaClientKnownRequestError: Invalid invocation`,
	"Sequelize":         `SequelizeDatabaseError: relation does not exist`,
	"an insert":         `failed: INSERT INTO events (id, payload) VALUES ($1, $2)`,
	"a quoted insert":   `failed: INSERT INTO "events" ("id") VALUES ('x')`,
	"a select":          `SELECT id, payload FROM public.events WHERE id = 'x'`,
	"an update":         "UPDATE `events` SET state = 'done'",
}

func TestDatabases(t *testing.T) {
	for database, text := range databases {
		t.Run(database, func(t *testing.T) {
			verdictCase{tale: lacking("database", transcript.Answer{Body: text}), want: reports.Fail, reason: "a database's error or a statement in SQL"}.run(t)
		})
	}
}

func TestFilePaths(t *testing.T) {
	for _, text := range []string{
		"/var/www/html/hook.php", `{"file":"/srv/app/config/secrets.yml"}`, "cannot open (/home/deploy/hooks/state.db)", "<b>/usr/lib/ruby/hook.rb</b>",
		`C:\inetpub\wwwroot\hooks\web.config`, `{"file":"C:\\inetpub\\wwwroot\\hooks\\web.config"}`, "open /tmp/hookd-1234/body.json: no space left on device",
	} {
		verdictCase{tale: lacking("file-path", transcript.Answer{Body: text}), want: reports.Fail, reason: "the path of a file on the server"}.run(t)
	}
}

// TestHarmlessAnswers: what a sensible receiver says shows nothing.
func TestHarmlessAnswers(t *testing.T) {
	for _, text := range []string{
		"", `{"error":"unauthorized"}`, "select a webhook from the list, where it is enabled", "please UPDATE your secret, then SET it again",
		`{"message":"could not insert into the queue (try again)"}`, `{"path":"/webhooks","status":401}`, `{"help":"https://example.com/var/log/hooks.html"}`,
		`{"type":"https://example.com/problems/usr/bad.html"}`, `<a href="/docs/index.html">docs</a>`, `{"docs":"/home"}`, "invalid byte sequence", "the file C: is full",
		`{"code":"ORA-NGE"}`, "Redis is not available", "see src/hooks.md line 3", "system exception: none", `<script src="/static/app.js"></script>`,
		"<html><head><title>401 Authorization Required</title></head><body><center><h1>401 Authorization Required</h1></center><hr><center>nginx</center></body></html>",
	} {
		for _, inspection := range []string{"stack-trace", "database", "file-path", "markup", "version"} {
			t.Run(inspection, func(t *testing.T) {
				verdictCase{tale: lacking(inspection, transcript.Answer{Body: text}), want: reports.Pass}.run(t)
			})
		}
	}
}

// TestOwnPathIsNoFile: an answer may name the address that was asked for, even
// where that looks like a file.
func TestOwnPathIsNoFile(t *testing.T) {
	w := lacking("file-path", transcript.Answer{Body: `{"path":"/srv/hooks/receive.php"}`})
	records := w.records(t)
	for _, rec := range records {
		if rec.Exchange != nil {
			rec.Exchange.Request.Line = "POST /srv/hooks/receive.php?x=1 HTTP/1.1"
		}
	}
	r, err := conformance.Judge(records)
	if err != nil {
		t.Fatal(err)
	}
	s := r.Scenarios[0]
	if s.Verdict != reports.Pass {
		t.Errorf("%s: %s", s.Verdict, s.Reason)
	}
}

func TestVersions(t *testing.T) {
	for header, want := range map[[2]string]reports.Verdict{
		{"Server", "Apache/2.4.57 (Debian)"}:          reports.Fail,
		{"server", "nginx/1.27.1"}:                    reports.Fail,
		{"X-Powered-By", "PHP/8.3.1"}:                 reports.Fail,
		{"X-AspNet-Version", "4.0.30319"}:             reports.Fail,
		{"Server", "nginx"}:                           reports.Pass,
		{"X-Powered-By", "Express"}:                   reports.Pass,
		{"Via", "1.1 edge"}:                           reports.Pass, // the protocol's, which it must name
		{"X-Runtime", "0.004213"}:                     reports.Pass,
		{"Server", "Microsoft-HTTPAPI"}:               reports.Pass,
		{"Content-Type", "text/html; version=1.2"}:    reports.Pass,
		{"Server-Timing", "db;dur=53.2"}:              reports.Pass,
		{"X-Api-Version", "2026-01-01; see docs/1.0"}: reports.Pass,
	} {
		t.Run(strings.Join(header[:], " "), func(t *testing.T) {
			verdictCase{tale: lacking("version", transcript.Answer{Body: "1.2.3", Headers: [][2]string{header}}), want: want}.run(t)
		})
	}
}

// TestMarkup: what a browser would not take for a page is no page.
func TestMarkup(t *testing.T) {
	h := func(list ...string) (out [][2]string) {
		for i := 0; i < len(list); i += 2 {
			out = append(out, [2]string{list[i], list[i+1]})
		}
		return out
	}
	const raw, escaped = "unknown parameter <hookassay-query>", "unknown parameter &lt;hookassay-query&gt;"
	runAll(t, []verdictCase{
		{name: "a page", tale: lacking("markup", transcript.Answer{Body: raw, Headers: h("Content-Type", "Text/HTML; charset=utf-8")}), want: reports.Fail, reason: "the markup that was sent"},
		{name: "guessed", tale: lacking("markup", transcript.Answer{Body: raw}), want: reports.Fail},
		{name: "an image", tale: lacking("markup", transcript.Answer{Body: raw, Headers: h("Content-Type", "image/svg+xml")}), want: reports.Fail},
		{name: "not to be guessed", tale: lacking("markup", transcript.Answer{Body: raw, Headers: h("X-Content-Type-Options", "nosniff")}), want: reports.Pass},
		{name: "escaped", tale: lacking("markup", transcript.Answer{Body: escaped, Headers: h("Content-Type", "text/html")}), want: reports.Pass},
		{name: "JSON", tale: lacking("markup", transcript.Answer{Body: raw, Headers: h("Content-Type", "application/json")}), want: reports.Pass},
		{name: "plain text", tale: lacking("markup", transcript.Answer{Body: raw, Headers: h("Content-Type", "text/plain")}), want: reports.Pass},
		{name: "in a header only", tale: lacking("markup", transcript.Answer{Headers: h("X-Echo", raw, "Content-Type", "text/html")}), want: reports.Pass},
	})
}
