package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

func proof() {
	var fresh atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		w.Write(make([]byte, 1<<20))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			fresh.Add(1)
		}
	}
	s.Start()
	client := s.Client()
	before := descriptors()
	for range 20 {
		latest(client, s.URL)
	}
	n := descriptors() - before
	say(n > 15, "%d descriptors left open after 20 failing calls", n)
}
