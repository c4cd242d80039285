package main

import (
	"context"
	"errors"
)

func proof() {
	d := &database{execErr: errors.New("no")}
	rename(context.Background(), d.open(), map[int64]string{1: "a"})
	n := d.stmts.Load()
	say(n > 0, "%d statements left open", n)
}
