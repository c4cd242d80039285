package main

import (
	"context"
	"fmt"
	"strings"
)

func proof() {
	depth := 0
	runAll(context.Background(), make([]Job, 500), func(ctx context.Context, _ Job) error {
		depth = strings.Count(fmt.Sprint(ctx), "WithValue")
		return nil
	})
	say(depth > 1, "a chain of %d contexts", depth)
}
