package main

import "context"

type slow struct{}

func (slow) User(ctx context.Context, _ int) (*User, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func proof() {
	still := stuck(func() { greeting(done(), slow{}, 1) })
	say(still, "the store is asked on after the context ended: %v", still)
}
