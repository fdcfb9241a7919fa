package receiver

import "slices"

const (
	stripeOrder   = "https://docs.stripe.com/webhooks#event-ordering"
	stripeMissed  = "https://docs.stripe.com/webhooks/process-undelivered-events"
	celeryAcks    = "https://docs.celeryq.dev/en/stable/userguide/configuration.html#task-acks-late"
	outbox        = "https://microservices.io/patterns/data/transactional-outbox.html"
	deadLetters   = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html"
	powertools    = "https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/"
	mysqlCase     = "https://dev.mysql.com/doc/refman/8.4/en/case-sensitivity.html"
	mysqlChar     = "https://dev.mysql.com/doc/refman/8.4/en/char.html"
	podEnd        = "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"
	serverEnd     = "https://pkg.go.dev/net/http#Server.Shutdown"
	stalledJobs   = "https://docs.bullmq.io/guide/jobs/stalled"
	schemaCreated = "https://docs.spring.io/spring-boot/how-to/data-initialization.html"
	delivered     = standardSpec + "#deliverability-and-reliability"
)

// A Need is something that a flaw cannot show without.
type Need string

const (
	NeedsData     Need = "data"         // Config.Data: it shows when the process is restarted or killed
	NeedsBroken   Need = "broken-while" // Config.BrokenWhile
	NeedsEvents   Need = "events-api"   // Config.EventsAPI
	NeedsProcess  Need = "process"      // a process that is told to end while it works
	NeedsNoSecret Need = "no-secret"    // a start without the secret
)

// A needyFlaw shows only in a receiver that has more than a memory.
type needyFlaw struct {
	Flaw
	needs []Need
}

var (
	onDisk     = []Need{NeedsData}
	breakable  = []Need{NeedsData, NeedsBroken}
	reconciles = []Need{NeedsData, NeedsEvents}
)

var durableFlaws = []needyFlaw{
	{Flaw{"acks-before-commit", "answers first and writes the event down 25 ms later", delivered, everyScheme}, onDisk},
	{Flaw{"acks-on-store-failure", "answers 202 to what it could not write down", delivered, everyScheme}, breakable},
	{Flaw{"fails-and-forgets", "keeps the id of an event that it could not queue, so that the retry is a duplicate", powertools, everyScheme}, breakable},
	{Flaw{"dedupe-in-memory", "keeps the ids in memory and the work on disk", cve + "CVE-2026-28449", everyScheme}, onDisk},
	{Flaw{"dedupe-before-work", "writes the id down, and the work 25 ms later", cwe + "696.html", everyScheme}, onDisk},
	{Flaw{"work-before-dedupe", "does the work, and writes the id down 25 ms later", cwe + "696.html", everyScheme}, onDisk},
	{Flaw{"inflight-duplicate-acked", "acknowledges the copy of an event that is not written down yet", powertools, everyScheme}, onDisk},
	{Flaw{"short-retention", "forgets ids after five minutes, while producers retry for days", delivered, everyScheme}, onDisk},
	{Flaw{"tables-recreated", "makes the tables of ids and work anew at every start", schemaCreated, everyScheme}, onDisk},
	{Flaw{"job-not-resumed", "does only work that came after its start", stalledJobs, everyScheme}, onDisk},
	{Flaw{"job-acked-early", "takes a job out of the queue 25 ms before it is done", celeryAcks, everyScheme}, onDisk},
	{Flaw{"job-acked-late", "takes a job out of the queue 25 ms after it was done, in another transaction", celeryAcks, everyScheme}, onDisk},
	{Flaw{"mail-lost", "does the second effect 25 ms after the first is settled, with no record that it is due", outbox, everyScheme}, onDisk},
	{Flaw{"mail-outside-transaction", "does the second effect 25 ms before the first is settled, so that it is done again with it", outbox, everyScheme}, onDisk},
	{Flaw{"sigterm-drops-queue", "empties its queue when it is told to end", podEnd, everyScheme}, onDisk},
	{Flaw{"poison-blocks-queue", "tries what cannot be processed again and again, before anything behind it", deadLetters, everyScheme}, onDisk},
	{Flaw{"poison-retries-for-ever", "does the second effect of what cannot be processed, ten times a second and for ever", deadLetters, everyScheme}, onDisk},
	{Flaw{"crash-loop-on-burst", "ends for want of memory when more than 24 jobs wait, and again when it finds them at its start", cwe + "770.html", everyScheme}, onDisk},
	{Flaw{"stale-pid-file", "leaves a file behind that says it runs, and does not start while it is there", "https://github.com/codidact/qpixel/issues/1555", everyScheme}, onDisk},
	{Flaw{"verifier-down-accepts", "takes deliveries unverified while its database is away", cwe + "636.html", everyScheme}, breakable},
	{Flaw{"reconcile-missing", "never asks the producer for what it has missed", stripeMissed, everyScheme}, reconciles},
	{Flaw{"reconcile-doubles", "takes events from the producer's list without looking whether they came already", stripeMissed, everyScheme}, reconciles},
	{Flaw{"sigterm-resets", "answers 100 ms late, and cuts off whoever waits when it is told to end", serverEnd, everyScheme}, []Need{NeedsProcess}},
	{Flaw{"secret-unset-accepts", "starts without its secret, and then verifies nothing", cve + "CVE-2026-26077", everyScheme}, []Need{NeedsNoSecret}},
	{Flaw{"secret-unset-empty-key", "starts without its secret, and then verifies with the empty key", cve + "CVE-2026-41432", everyScheme}, []Need{NeedsNoSecret}},
}

// identityFlaws take other things for an event's identity than its id.
var identityFlaws = []Flaw{
	{"id-collation", "takes ids that differ in case for one", mysqlCase, everyScheme},
	{"id-truncated", "goes by the first 255 bytes of an id", mysqlChar, everyScheme},
	{"id-and-body", "takes a known id with another body for a new event", standardSpec + "#webhook-metadata", everyScheme},
	{"dedupe-per-connection", "knows on each connection only what came on it", cve + "CVE-2026-28449", everyScheme},
}

// nowAndThen are the schemes whose plainest event is no later step of an object:
// elsewhere a receiver that refuses those refuses everything.
var nowAndThen = []string{GitHub, CloudEvents, Stripe}

// orderFlaws take events for granted to come in the order in which they happen.
var orderFlaws = []Flaw{
	{"last-write-wins", "brings an object back into an older state when the older event comes last", stripeOrder, everyScheme},
	{"refuses-older", "answers 409 to an event that comes after a newer one", stripeOrder, everyScheme},
	{"refuses-orphan", "answers 409 to an event whose object it has not heard of within 100 ms", stripeOrder, nowAndThen},
	{"same-time-dropped", "drops an event that is not newer than the last one of its object", stripeOrder, []string{StandardWebhooks, CloudEvents, Stripe}},
	{"duplicate-restates", "writes the state that a duplicate tells of once more", stripeOrder, everyScheme},
	{"unique-transition", "answers 500 to a second event that brings an object into the same state", "https://docs.stripe.com/webhooks#handle-duplicate-events", everyScheme},
	{"update-without-insert", "does nothing with an event whose object it has not heard of", stripeOrder, everyScheme},
	{"state-racy", "reads an object's state and writes it 25 ms later, so that of two events at once the later writer wins", cwe + "362.html", everyScheme},
}

// Needs lists what a flaw cannot show without; empty for most.
func (f Flaw) Needs() []Need {
	i := slices.IndexFunc(durableFlaws, func(d needyFlaw) bool { return d.Name == f.Name })
	if i < 0 {
		return nil
	}
	return slices.Clone(durableFlaws[i].needs)
}

func plain(needy []needyFlaw) []Flaw {
	flaws := make([]Flaw, len(needy))
	for i, f := range needy {
		flaws[i] = f.Flaw
	}
	return flaws
}
