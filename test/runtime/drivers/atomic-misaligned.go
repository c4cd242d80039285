package main

import "runtime"

// Built for 386 and run there; see the harness.
func proof() {
	r := panics(func() { new(stats).hit() })
	say(r != nil, "%s: panics: %v", runtime.GOARCH, r != nil)
}
