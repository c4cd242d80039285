// Beside every driver: how the fault is measured and told.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"time"
)

func main() {
	log.SetOutput(io.Discard)
	proof()
}

// say ends the program with its verdict.
func say(fault bool, format string, args ...any) {
	verdict := "fine"
	if fault {
		verdict = "fault"
	}
	fmt.Printf("\n%s: %s\n", verdict, fmt.Sprintf(format, args...))
	os.Exit(0)
}

// leaked counts goroutines that nothing can wake any more, as the garbage collector sees it (Go 1.26, goroutineleakprofile).
func leaked() int {
	time.Sleep(100 * time.Millisecond)
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		fmt.Println("no goroutineleak profile: build with GOEXPERIMENT=goroutineleakprofile")
		os.Exit(3)
	}
	var text bytes.Buffer
	if err := profile.WriteTo(&text, 1); err != nil {
		panic(err)
	}
	var n int
	if _, err := fmt.Sscanf(text.String(), "goroutineleak profile: total %d", &n); err != nil {
		panic(err)
	}
	return n
}

// settled gives the number of goroutines above base once it does not fall any more.
func settled(base int) int {
	n := runtime.NumGoroutine()
	for i := 0; i < 40 && n > base; i++ {
		time.Sleep(25 * time.Millisecond)
		n = runtime.NumGoroutine()
	}
	return n - base
}

// objects counts what is alive on the heap.
func objects() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapObjects)
}

// descriptors counts open files of the process.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		panic(err)
	}
	return len(entries)
}

// stuck tells whether f is still running after a while.
func stuck(f func()) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return false
	case <-time.After(2 * time.Second):
		return true
	}
}

// panics gives what f panics with, nil when it does not.
func panics(f func()) (r any) {
	defer func() { r = recover() }()
	f()
	return nil
}

// done is a context that has ended.
func done() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// ---------------------------------------------------------------- a database

// database is a driver of its own: what is open is counted, what fails is chosen.
type database struct {
	rows, stmts, txs atomic.Int64
	columns          []string
	values           [][]driver.Value
	nextErr          error // after the values
	pingErr, execErr error
	wait             bool // queries wait for their context
}

func (d *database) open() *sql.DB                                { return sql.OpenDB(d) }
func (d *database) Connect(context.Context) (driver.Conn, error) { return &conn{d}, nil }
func (d *database) Driver() driver.Driver                        { return nil }

type conn struct{ d *database }

func (c *conn) Prepare(string) (driver.Stmt, error) { c.d.stmts.Add(1); return &stmt{c.d}, nil }
func (c *conn) Close() error                        { return nil }
func (c *conn) Begin() (driver.Tx, error)           { c.d.txs.Add(1); return &tx{c.d}, nil }
func (c *conn) Ping(context.Context) error          { return c.d.pingErr }
func (c *conn) QueryContext(ctx context.Context, _ string, _ []driver.NamedValue) (driver.Rows, error) {
	if c.d.wait {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Second):
		}
	}
	c.d.rows.Add(1)
	return &rows{d: c.d}, nil
}
func (c *conn) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(1), c.d.execErr
}

type stmt struct{ d *database }

func (s *stmt) Close() error  { s.d.stmts.Add(-1); return nil }
func (s *stmt) NumInput() int { return -1 }
func (s *stmt) Exec([]driver.Value) (driver.Result, error) {
	return driver.RowsAffected(1), s.d.execErr
}
func (s *stmt) Query([]driver.Value) (driver.Rows, error) { return nil, errors.New("no query") }

type tx struct{ d *database }

func (t *tx) Commit() error   { t.d.txs.Add(-1); return nil }
func (t *tx) Rollback() error { t.d.txs.Add(-1); return nil }

type rows struct {
	d    *database
	next int
}

func (r *rows) Columns() []string { return r.d.columns }
func (r *rows) Close() error      { r.d.rows.Add(-1); return nil }
func (r *rows) Next(into []driver.Value) error {
	if r.next == len(r.d.values) {
		if r.d.nextErr != nil {
			return r.d.nextErr
		}
		return io.EOF
	}
	copy(into, r.d.values[r.next])
	r.next++
	return nil
}
