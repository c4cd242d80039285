package main

// Built with the race detector.
func proof() {
	parts := make([]func() string, 200)
	for i := range parts {
		parts[i] = func() string { return "x" }
	}
	n := len(Render(parts))
	say(n < 200, "no race; %d of 200 parts", n)
}
