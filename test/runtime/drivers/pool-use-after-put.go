package main

import (
	"sync"
	"sync/atomic"
)

func proof() {
	var wrong atomic.Int64
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() {
				if recover() != nil {
					wrong.Add(1)
				}
			}()
			want := string(rune('0'+g)) + "\n"
			for range 200_000 {
				if got, _ := marshal(g); got != want {
					wrong.Add(1)
				}
			}
		}()
	}
	wg.Wait()
	say(wrong.Load() > 0, "%d texts of somebody else seen", min(wrong.Load(), 1))
}
