package main

import (
	"os"
	"path/filepath"
	"syscall"
)

func proof() {
	dir, _ := os.MkdirTemp("", "proof")
	defer os.RemoveAll(dir)
	var paths []string
	for i := range 100 {
		p := filepath.Join(dir, string(rune('a'+i%26))+string(rune('a'+i/26)))
		os.WriteFile(p, nil, 0o600)
		paths = append(paths, p)
	}
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 40, Max: 40})
	_, err := sums(paths)
	os.RemoveAll(dir)
	say(err != nil, "100 files with 40 descriptors: %v", err != nil)
}
