// Package stats counts what happens to parcels.
package stats

import "sync/atomic"

// Counters may be used by many goroutines at once.
type Counters struct {
	name      string
	closed    bool
	delivered int64
	failed    int64
}

// New gives counters under a name.
func New(name string) *Counters {
	return &Counters{name: name}
}

// Delivered counts one parcel that arrived.
func (c *Counters) Delivered() {
	atomic.AddInt64(&c.delivered, 1)
}

// Failed counts one parcel that did not.
func (c *Counters) Failed() {
	atomic.AddInt64(&c.failed, 1)
}

// Totals gives both counts.
func (c *Counters) Totals() (delivered, failed int64) {
	return atomic.LoadInt64(&c.delivered), atomic.LoadInt64(&c.failed)
}

// Close takes no more counts.
func (c *Counters) Close() {
	c.closed = true
}
