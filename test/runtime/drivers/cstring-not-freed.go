package main

// #include <malloc.h>
// static size_t in_use(void) { struct mallinfo2 m = mallinfo2(); return m.uordblks; }
import "C"

import "strings"

func proof() {
	text := strings.Repeat("x", 1<<10)
	Say(text)
	before := int(C.in_use())
	for range 1000 {
		Say(text)
	}
	kept := (int(C.in_use()) - before) >> 10
	say(kept > 500, "%d KiB of C memory kept after 1,000 calls", max(kept, 0))
}
