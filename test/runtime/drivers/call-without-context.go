package main

import (
	"context"
	"time"
)

func proof() {
	d := &database{wait: true}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	still := stuck(func() { orders(ctx, d.open(), 1) })
	say(still, "the query goes on when the context ended: %v", still)
}
