package main

import "errors"

func proof() {
	go runAndWait(func() error { return errors.New("no") })
	n := leaked()
	say(n > 0, "%d parents that wait for ever", n)
}
