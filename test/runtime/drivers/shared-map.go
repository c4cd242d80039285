package main

// Built with the race detector.
func proof() {
	names := make([]string, 200)
	for i := range names {
		names[i] = string(rune('a' + i))
	}
	n := len(Sizes(names))
	say(n < 200, "no race; %d of 200 sizes", n)
}
