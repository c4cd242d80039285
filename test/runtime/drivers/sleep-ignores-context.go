package main

func proof() {
	still := stuck(func() { waitFor(done(), &Index{}, 1) })
	say(still, "still waiting after the context ended: %v", still)
}
