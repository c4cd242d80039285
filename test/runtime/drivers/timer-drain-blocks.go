package main

import "time"

func proof() {
	events := make(chan string)
	go debounce(events, 10*time.Millisecond, func([]string) {})
	still := stuck(func() {
		for range 3 {
			events <- "x"
			time.Sleep(50 * time.Millisecond)
		}
	})
	say(still, "the loop hangs in its drain: %v", still)
}
