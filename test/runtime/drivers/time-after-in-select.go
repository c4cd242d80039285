package main

import "context"

func proof() {
	ctx, cancel := context.WithCancel(context.Background())
	messages := make(chan string)
	before := objects()
	go consume(ctx, messages)
	for range 20_000 {
		messages <- "x"
	}
	kept := objects() - before
	cancel()
	say(kept > 10_000, "%d objects kept after 20,000 turns", kept/1000*1000)
}
