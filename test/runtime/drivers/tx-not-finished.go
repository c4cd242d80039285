package main

import (
	"context"
	"errors"
)

func proof() {
	d := &database{execErr: errors.New("no")}
	transfer(context.Background(), d.open(), 1, 2, 3)
	n := d.txs.Load()
	say(n > 0, "%d transactions left open", n)
}
