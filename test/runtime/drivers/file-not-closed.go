package main

import "os"

func proof() {
	before := descriptors()
	for range 50 {
		magic(os.DevNull)
	}
	n := descriptors() - before
	say(n > 25, "%d descriptors left open after 50 calls", n)
}
