package main

import "time"

func proof() {
	values := make(chan int, 1)
	before := objects()
	for range 5_000 {
		values <- 1
		receive(values, time.Hour)
	}
	kept := objects() - before
	say(kept > 2_500, "%d objects kept after 5,000 calls", kept/1000*1000)
}
