package main

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// foreign is a context of another make: package context keeps a goroutine for each child of it that was not cancelled.
type foreign struct{ context.Context }

func (foreign) Done() <-chan struct{} { return make(chan struct{}) }

func proof() {
	d := &database{pingErr: errors.New("down")}
	db := d.open()
	db.Ping()
	base := runtime.NumGoroutine()
	for range 10 {
		ready(foreign{context.Background()}, db)
	}
	time.Sleep(300 * time.Millisecond)
	n := runtime.NumGoroutine() - base
	say(n >= 5, "%d children of the context kept", max(n, 0))
}
