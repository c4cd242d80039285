package main

import (
	"context"
	"database/sql/driver"
	"errors"
)

func proof() {
	d := &database{columns: []string{"name"}, values: [][]driver.Value{{"a"}}, nextErr: errors.New("connection lost")}
	_, err := names(context.Background(), d.open())
	say(err == nil, "the lost connection is told: %v", err != nil)
}
