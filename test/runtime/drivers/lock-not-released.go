package main

func proof() {
	i := &inventory{items: map[string]int{}}
	i.take("x")
	still := stuck(func() { i.take("x") })
	say(still, "the second call hangs: %v", still)
}
