package main

func proof() {
	handleAll([]int{1, 2}, func(int) {})
	n := leaked()
	say(n > 0, "%d workers that wait for more", n)
}
