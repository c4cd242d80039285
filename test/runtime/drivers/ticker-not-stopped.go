package main

import (
	"errors"
	"time"
)

func proof() {
	before := objects()
	for range 2_000 {
		watch(time.Microsecond, func() error { return errors.New("no") })
	}
	kept := objects() - before
	say(kept > 1_000, "%d objects kept after 2,000 calls", kept/1000*1000)
}
