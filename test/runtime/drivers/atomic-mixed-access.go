package main

import (
	"sync"
	"time"
)

// Built with the race detector, which ends the program with 66.
func proof() {
	var s Stats
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range 1000 {
			s.Hit()
		}
	}()
	time.Sleep(time.Microsecond)
	_ = s.Hits()
	wg.Wait()
	say(false, "no race")
}
