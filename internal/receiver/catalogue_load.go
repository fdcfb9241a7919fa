package receiver

// Where the flaws of load are described.
const (
	insurmountable = "https://aws.amazon.com/builders-library/avoiding-insurmountable-queue-backlogs/"
	stripeAsync    = "https://docs.stripe.com/webhooks#handle-events-asynchronously"
	discardPolicy  = "https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/concurrent/ThreadPoolExecutor.DiscardPolicy.html"
	gcSpikes       = "https://discord.com/blog/why-discord-is-switching-from-go-to-rust"
	linearList     = "https://nee.lv/2021/02/28/How-I-cut-GTA-Online-loading-times-by-70/"
	poolLimit      = "https://docs.sqlalchemy.org/en/20/errors.html#queuepool-limit-of-size-x-overflow-y-reached-connection-timed-out-timeout-z"
	visibility     = "https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html#visibility-timeout"
)

// loadFlaws show only under load: one delivery at a time these receivers are
// correct, and fast enough.
var loadFlaws = []Flaw{
	{"queue-unbounded", "acknowledges everything at once, and does it one after another, 10 ms each, from a queue without bound", insurmountable, everyScheme},
	{"acks-then-drops", "does its work one after another, 10 ms each, and drops what it acknowledges while 128 jobs wait", discardPolicy, everyScheme},
	{"works-before-answering", "works for 10 ms before it answers, on one event at a time", stripeAsync, everyScheme},
	{"skips-verification-when-busy", "does not verify while it has more than 8 deliveries in hand; to verify one takes it 20 ms", cwe + "636.html", everyScheme},
	{"skips-age-when-busy", "does not look at the age while it has more than 8 deliveries in hand; to look takes it 20 ms", cwe + "636.html", dated},
	{"errors-when-busy", "has 8 connections to its database, needs one for 20 ms, and answers 500 when none is free", poolLimit, everyScheme},
	{"stalls", "stands still for one second in ten, from the third on after its first delivery", gcSpikes, everyScheme},
	{"dedupe-linear", "looks for an id in a list of all ids, 10 µs each, one delivery at a time", linearList, everyScheme},
	{"retries-double", "works one after another, 10 ms each, and takes an event that is not done 250 ms after it came for a new one when it comes again", visibility, everyScheme},
}
