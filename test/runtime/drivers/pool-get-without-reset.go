package main

import (
	"bytes"
	"strings"
)

func proof() {
	stale := false
	for range 100 {
		var first, second bytes.Buffer
		writeJSON(&first, "first")
		writeJSON(&second, "second")
		stale = stale || strings.Contains(second.String(), "first")
	}
	say(stale, "bytes of an earlier caller seen: %v", stale)
}
