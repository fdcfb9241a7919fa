// Command record EFFECTS-URL ID reports that the event ID was processed. It is the
// command that hook runners execute.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatalf("usage: %s EFFECTS-URL ID", os.Args[0])
	}
	if err := record(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func record(effectsURL, id string) error {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Post(effectsURL, "text/plain", strings.NewReader(id))
	if err != nil {
		return err
	}
	defer response.Body.Close() // nothing is read from it
	if response.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s answered %s", effectsURL, response.Status)
	}
	return nil
}
