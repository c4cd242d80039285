package main

import (
	"sync/atomic"
	"time"
)

func proof() {
	var now, peak atomic.Int64
	fetchAll(make([]string, 8), func(string) {
		if n := now.Add(1); n > peak.Load() {
			peak.Store(n)
		}
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
	})
	say(peak.Load() == 1, "%d at the same time", peak.Load())
}
