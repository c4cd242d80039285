package main

import "time"

func proof() {
	in := make(chan metric)
	end := make(chan struct{})
	flushed := make(chan struct{}, 1)
	go collect(in, end, func([]metric) {
		select {
		case flushed <- struct{}{}:
		default:
		}
	})
	stop := time.After(11 * time.Second)
	for {
		select {
		case in <- metric{}:
			time.Sleep(time.Millisecond)
		case <-stop:
			n := len(flushed)
			close(end)
			say(n == 0, "flushed in eleven seconds of a busy channel: %v", n > 0)
		}
	}
}
