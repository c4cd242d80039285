package main

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Long texts, so that a goroutine is often interrupted while it copies one; until the first wrong one, or for three seconds.
func proof() {
	var wrong atomic.Bool
	var wg sync.WaitGroup
	end := time.Now().Add(3 * time.Second)
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() {
				if recover() != nil {
					wrong.Store(true)
				}
			}()
			text := strings.Repeat(string(rune('a'+g)), 1<<16)
			want := `"` + text + "\"\n"
			for !wrong.Load() && time.Now().Before(end) {
				if got, _ := marshal(text); got != want {
					wrong.Store(true)
				}
			}
		}()
	}
	wg.Wait()
	if wrong.Load() {
		say(true, "texts of somebody else seen")
	}
	say(false, "no text of somebody else seen")
}
