package main

func proof() {
	release := make(chan struct{})
	firstPage(done(), func() string { <-release; return "" })
	close(release)
	n := leaked()
	say(n > 0, "%d goroutines stuck in their send", n)
}
