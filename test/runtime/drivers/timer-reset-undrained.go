package main

import "time"

func proof() {
	in := make(chan []byte)
	gave := make(chan error, 1)
	// The use of a message takes longer than the time that counts as idle.
	go func() { gave <- receive(in, 30*time.Millisecond, func([]byte) { time.Sleep(60 * time.Millisecond) }) }()
	lost := false
	for range 10 {
		select {
		case in <- nil:
		case <-gave:
			lost = true
		}
		if lost {
			break
		}
	}
	say(lost, "gave up as idle while messages came: %v", lost)
}
