package main

import "sync"

// Built with the race detector, which ends the program with 66.
func proof() {
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 1000 {
				Count()
			}
		}()
	}
	wg.Wait()
	say(false, "no race")
}
