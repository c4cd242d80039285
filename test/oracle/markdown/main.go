// Command markdown renders GitHub Flavored Markdown: it reads a JSON list of texts and prints a list of their HTML.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	// Unsafe: what would be raw HTML has to show as such.
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	pages := []string{}
	for _, text := range texts {
		var page bytes.Buffer
		if err := markdown.Convert([]byte(text), &page); err != nil {
			log.Fatal(err)
		}
		pages = append(pages, page.String())
	}
	if err := json.NewEncoder(os.Stdout).Encode(pages); err != nil {
		log.Fatal(err)
	}
}
