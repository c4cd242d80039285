package main

import "errors"

func proof() {
	go saveAll([]string{"a"}, func(string) error { return errors.New("no") })
	n := leaked()
	say(n > 0, "%d waiters that wait for ever", n)
}
