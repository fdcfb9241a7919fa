package load

const benchReceiver = "HOOKASSAY_BENCH_RECEIVER"

func serveBenchReceiver(string) {}
