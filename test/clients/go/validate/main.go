// Says of each callback on standard input, as the library's validator sees it, "true" or "false".
// A line has its URL, its signature and its form, with tabs between them.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/twilio/twilio-go/client"
)

func main() {
	validator := client.NewRequestValidator(os.Args[1])
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		url, signature, body := parts[0], parts[1], parts[2]
		if body == "" {
			fmt.Println(validator.Validate(url, nil, signature))
		} else {
			fmt.Println(validator.ValidateBody(url, []byte(body), signature))
		}
	}
}
