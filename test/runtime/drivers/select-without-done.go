package main

func proof() {
	go collect(done(), make(chan Job), make(chan error), 1)
	n := leaked()
	say(n > 0, "%d selects that wait on after the context ended", n)
}
