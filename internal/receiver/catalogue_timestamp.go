package receiver

// moreTimestampFlaws are about how the timestamp is spelt, which one counts, and
// when its age is looked at.
var moreTimestampFlaws = []Flaw{
	{"timestamp-as-float", "reads the timestamp as a floating point number, NaN and infinity among them", libraries + "/python", dated},
	{"timestamp-any-base", "reads the timestamp in the base that its first characters say", libraries + "/ruby", dated},
	{"timestamp-reprinted", "signs the number it read, so that a sign and zeros before it do not matter", libraries + "/go", dated},
	{"timestamp-digits-picked", "picks the digits out of the timestamp, whatever stands between", "https://learn.microsoft.com/en-us/dotnet/api/system.globalization.numberstyles", dated},
	{"timestamp-date-too", "takes a date for a timestamp, too", standardSpec + "#webhook-headers-sending-metadata-to-consumers", dated},
	{"timestamp-wraps", "does not notice that a number is too large for 64 bits", cwe + "190.html", dated},
	{"timestamp-nan", "reads what is no number as NaN, which is never too old", "https://github.com/novuhq/novu/pull/11120", dated},
	{"zero-timestamp-unchecked", "takes an empty timestamp or 0 for none, and does not look at the age then", "https://github.com/linear/linear/pull/1268", dated},
	{"unit-guessed", "takes the length of the timestamp for its unit", standardSpec + "#webhook-headers-sending-metadata-to-consumers", dated},
	{"calendar-crash", "answers 500 to a time beyond the year 9999", "https://docs.python.org/3/library/datetime.html#datetime.datetime.fromtimestamp", dated},
	{"age-of-last-timestamp", "verifies the first of two timestamps and judges the age of the last", "https://github.com/linear/linear/pull/1268", dated},
	{"age-of-first-timestamp", "verifies the last of two timestamps and judges the age of the first", "https://github.com/linear/linear/pull/1268", onlyStandard},
	{"age-checked-once", "does not look again at the age of what carries a signature that was once good", standardSpec + "#verifying-signatures", dated},
	{"unsigned-id-trusted", "tells deliveries by X-GitHub-Delivery alone, which is not signed", githubUse, onlyGitHub},
}
