package main

type bad struct{}

func (bad) Run() { panic("no") }

func proof() {
	r := panics(func() { Serve([]Job{bad{}}) })
	say(r != nil, "the panic gets through: %v", r != nil)
}
