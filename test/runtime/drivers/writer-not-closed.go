package main

import (
	"bytes"
	"compress/gzip"
	"io"
)

func proof() {
	var out bytes.Buffer
	pack(&out, "the whole text")
	got := ""
	if zr, err := gzip.NewReader(&out); err == nil {
		text, _ := io.ReadAll(zr)
		got = string(text)
	}
	say(got != "the whole text", "the text comes back whole: %v", got == "the whole text")
}
