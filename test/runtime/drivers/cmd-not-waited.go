package main

import (
	"os"
	"strings"
	"time"
)

func proof() {
	for range 5 {
		revision(".")
	}
	time.Sleep(100 * time.Millisecond)
	zombies := 0
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if err == nil && len(fields) > 1 && fields[0] == "Z" && fields[1] == pid() {
			zombies++
		}
	}
	say(zombies > 0, "%d zombies after 5 calls", zombies)
}

func pid() string {
	link, _ := os.Readlink("/proc/self")
	return link
}
