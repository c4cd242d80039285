// Package encode writes parcels as JSON lines.
package encode

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"

	"example.com/courier/queue"
)

var buffers = sync.Pool{
	New: func() any { return new(bytes.Buffer) },
}

// Line writes one parcel, or nothing when it cannot be encoded.
func Line(w io.Writer, p queue.Parcel) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	if err := json.NewEncoder(buf).Encode(p); err != nil {
		return err
	}
	_, err := w.Write(buf.Bytes())
	return err
}
