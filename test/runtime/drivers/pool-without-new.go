package main

import "io"

func proof() {
	r := panics(func() { writeAll(io.Discard, nil) })
	say(r != nil, "panics for the first caller: %v", r != nil)
}
