// Package deliver brings parcels to their address.
package deliver

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/courier/queue"
)

// Result is what became of one parcel.
type Result struct {
	ID  string
	Err error
}

// Client posts parcels.
type Client struct {
	HTTP    *http.Client
	Base    string
	Timeout time.Duration
}

// Post delivers one parcel within the client's timeout.
func (c *Client) Post(ctx context.Context, p queue.Parcel) error {
	ctx, _ = context.WithTimeout(ctx, c.Timeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Base+p.Address, strings.NewReader(p.ID))
	if err != nil {
		return err
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("parcel %s: %s", p.ID, resp.Status)
	}
	return nil
}

// Collect gathers n results, whichever of the two sources they come from.
func Collect(ctx context.Context, n int, express, regular <-chan Result) ([]Result, error) {
	results := make([]Result, 0, n)
	for len(results) < n {
		select {
		case r := <-express:
			results = append(results, r)
		case r := <-regular:
			results = append(results, r)
		}
	}
	return results, nil
}

// Watch reports every interval how many parcels are on their way, until the count cannot be had.
func Watch(interval time.Duration, count func() (int, error), report func(int)) error {
	ticker := time.NewTicker(interval)
	for {
		<-ticker.C
		n, err := count()
		if err != nil {
			return fmt.Errorf("count parcels: %w", err)
		}
		report(n)
	}
}

// Remind calls once, some time after the parcel went out.
func Remind(ctx context.Context, p queue.Parcel, after time.Duration, call func(queue.Parcel)) {
	time.AfterFunc(after, func() {
		call(p)
	})
}
