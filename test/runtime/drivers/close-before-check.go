package main

import "net/http"

func proof() {
	r := panics(func() { page(http.DefaultClient, "http://127.0.0.1:1/") })
	say(r != nil, "panics when the server is away: %v", r != nil)
}
