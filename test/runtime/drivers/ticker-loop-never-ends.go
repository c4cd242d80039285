package main

import (
	"context"
	"runtime"
)

// The profile does not see it: a ticker's channel is the runtime's.
func proof() {
	base := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	startEviction(ctx, &cache{})
	cancel()
	n := settled(base)
	say(n > 0, "%d goroutines left after the context ended", n)
}
