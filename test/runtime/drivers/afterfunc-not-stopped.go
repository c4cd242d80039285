package main

import (
	"context"
	"log"
	"sync/atomic"
	"time"
)

type counter struct{ atomic.Int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.Add(1)
	return len(p), nil
}

func proof() {
	var fired counter
	log.SetOutput(&fired)
	for range 10 {
		ctx, cancel := context.WithCancel(context.Background())
		serve(ctx, func(context.Context) error { return nil })
		cancel()
	}
	time.Sleep(6 * time.Second)
	n := fired.Load()
	say(n > 0, "%d of 10 timers fired after their request was over", n)
}
