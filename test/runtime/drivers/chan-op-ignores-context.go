package main

import "context"

func proof() {
	ctx, cancel := context.WithCancel(context.Background())
	pages := crawl(ctx, []string{"a", "b", "c"}, func(url string) Page { return Page{url} })
	<-pages
	cancel()
	n := leaked()
	say(n > 0, "%d goroutines stuck in their send after the context ended", n)
}
