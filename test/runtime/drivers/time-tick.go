package main

func proof() {
	ctx := done()
	before := objects()
	for range 2_000 {
		heartbeat(ctx, func() error { return nil })
	}
	kept := objects() - before
	say(kept > 1_000, "%d objects kept after 2,000 calls", kept/1000*1000)
}
