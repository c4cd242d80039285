package main

import (
	"context"
	"database/sql/driver"
)

func proof() {
	d := &database{columns: []string{"id", "name"}, values: [][]driver.Value{{"no number", "x"}, {"y", "z"}}}
	users(context.Background(), d.open())
	n := d.rows.Load()
	say(n > 0, "%d result sets left open", n)
}
