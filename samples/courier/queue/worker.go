// Package queue takes parcels from a channel and hands them on in batches.
package queue

import (
	"context"
	"time"
)

// Parcel is one thing to deliver.
type Parcel struct {
	ID      string
	Address string
	Retries int
}

// Batches collects parcels until a batch is full or nothing came for a while.
func Batches(ctx context.Context, in <-chan Parcel, size int, idle time.Duration, flush func([]Parcel)) error {
	var batch []Parcel
	for {
		select {
		case p, ok := <-in:
			if !ok {
				flush(batch)
				return nil
			}
			if batch = append(batch, p); len(batch) == size {
				flush(batch)
				batch = nil
			}
		case <-time.After(idle):
			flush(batch)
			batch = nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitReady asks every second, until ready says yes or the tries are used up.
func WaitReady(ready func() bool, tries int) bool {
	for range time.Tick(time.Second) {
		if ready() {
			return true
		}
		if tries--; tries == 0 {
			return false
		}
	}
	return false
}

// Drain hands over what is left, but not for longer than the grace period.
func Drain(in <-chan Parcel, grace time.Duration, hand func(Parcel) error) error {
	deadline := time.NewTimer(grace)
	for {
		select {
		case p, ok := <-in:
			if !ok {
				return nil
			}
			if err := hand(p); err != nil {
				return err
			}
		case <-deadline.C:
			return context.DeadlineExceeded
		}
	}
}
