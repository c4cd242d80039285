package main

func proof() {
	w := NewWorker(func() {})
	w.Close()
	r := panics(w.Close)
	say(r != nil, "the second Close panics with %v", r)
}
