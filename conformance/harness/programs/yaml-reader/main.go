// Command yaml-reader reads YAML documents with sigs.k8s.io/yaml, as kubectl and Argo CD do, and prints what it read.
//
// Standard input is a stream of documents: the number of bytes in decimal, a line feed, the bytes. For each document
// there is one line on standard output, in the same order: {"value":…} with the document as JSON, or {"error":"…"} where
// it cannot be read. Lines are flushed whenever no further input is waiting, so that single documents can be asked for.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"sigs.k8s.io/yaml"
)

// longestDocument keeps a broken length from asking for more memory than there is.
const longestDocument = 1 << 30

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "yaml-reader: %v\n", err)
		os.Exit(2)
	}
}

func run(input io.Reader, output io.Writer) error {
	reader := bufio.NewReaderSize(input, 1<<20)
	writer := bufio.NewWriterSize(output, 1<<20)
	var document []byte
	for {
		length, err := readLength(reader)
		if errors.Is(err, io.EOF) {
			return writer.Flush()
		}
		if err != nil {
			return err
		}
		if cap(document) < length {
			document = make([]byte, length)
		}
		document = document[:length]
		if _, err := io.ReadFull(reader, document); err != nil {
			return fmt.Errorf("the input ends inside a document of %d bytes: %w", length, err)
		}
		if err := answer(writer, document); err != nil {
			return err
		}
		if reader.Buffered() == 0 {
			if err := writer.Flush(); err != nil {
				return err
			}
		}
	}
}

// readLength reads the line in front of a document; io.EOF where the input ends as it should.
func readLength(reader *bufio.Reader) (int, error) {
	line, err := reader.ReadString('\n')
	if err != nil {
		if errors.Is(err, io.EOF) && line != "" {
			return 0, fmt.Errorf("the input ends inside a length: %q", line)
		}
		return 0, err
	}
	length, err := strconv.Atoi(line[:len(line)-1])
	if err != nil || length < 0 || length > longestDocument {
		return 0, fmt.Errorf("not a length in bytes: %q", line)
	}
	return length, nil
}

// answer writes one line; YAMLToJSON puts no line feed into its JSON.
func answer(writer *bufio.Writer, document []byte) error {
	value, err := yaml.YAMLToJSON(document)
	key := `{"value":`
	if err != nil {
		key = `{"error":`
		if value, err = json.Marshal(err.Error()); err != nil {
			return err
		}
	}
	for _, part := range [][]byte{[]byte(key), value, []byte("}\n")} {
		if _, err := writer.Write(part); err != nil {
			return err
		}
	}
	return nil
}
