package main

import (
	"sync/atomic"
	"time"
)

func proof() {
	early := 0
	for range 20 {
		var fetched atomic.Int64
		urls := make([]string, 8)
		fetchAll(urls, func(string) { time.Sleep(5 * time.Millisecond); fetched.Add(1) })
		if fetched.Load() < 8 {
			early++
		}
	}
	say(early > 0, "%d of 20 waits ended before the work", early)
}
