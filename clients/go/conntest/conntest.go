// Package conntest gives each test a world of Twilio Connect Apps: two accounts, a Connect App, a clock, an inbox for
// callbacks, and a journal of what was asked. One "connect-apps test-server" holds the worlds of a test binary.
package conntest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Credentials are those of an account, and of the person who signs in to it.
type Credentials struct{ AccountSid, AuthToken, Email, Password string }

// World is what only one test uses.
type World struct {
	ID, URL, ConnectApp string
	Developer, Customer Credentials
	Env                 map[string]string
	t                   testing.TB
}

// App is a Connect App; what is empty is filled in by the server.
type App struct {
	Sid          string   `json:"sid,omitempty"`
	FriendlyName string   `json:"friendlyName,omitempty"`
	Permissions  []string `json:"permissions,omitempty"`
}

// Authorization is what follows when a customer presses Allow.
type Authorization struct{ Redirect, SubaccountSid string }

// Callback is what the inbox received.
type Callback struct {
	Params           map[string]string
	Attempt          int
	SignatureIsValid bool
}

// Request is what was asked, with the reason of a refusal.
type Request struct {
	Method, Path, Account, Reason string
	Status, Code                  int
}

// Reply is what the inbox answers next.
type Reply struct {
	Status  int  `json:"status,omitempty"`
	DelayMs int  `json:"delayMs,omitempty"`
	Drop    bool `json:"drop,omitempty"`
}

// M is a JSON object.
type M = map[string]any

type readyLine struct{ URL, Control, Key string }

// The server ends with its standard input, which ends with the test binary.
var start = sync.OnceValues(func() (readyLine, error) {
	var ready readyLine
	if running := os.Getenv("CONNECT_APPS_TEST_SERVER"); running != "" {
		return ready, json.Unmarshal([]byte(running), &ready)
	}
	words := strings.Fields(cmp.Or(os.Getenv("CONNECT_APPS_COMMAND"), "npx connect-apps"))
	command := exec.Command(words[0], append(words[1:], "test-server", "--json")...)
	command.Stderr = os.Stderr
	_, failed := command.StdinPipe()
	output, err := command.StdoutPipe()
	if err = errors.Join(failed, err, command.Start()); err != nil {
		return ready, err
	}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		return ready, fmt.Errorf("%s did not start: %w", command, err)
	}
	return ready, json.Unmarshal(line, &ready)
})

// New makes a world, and drops it when the test ends. Options are "seed", "now" and "fixture".
func New(t testing.TB, options ...M) *World {
	t.Helper()
	world := &World{t: t}
	given := M{}
	for _, some := range options {
		maps.Copy(given, some)
	}
	call(t, "POST", "/worlds", given, world)
	t.Cleanup(func() { world.Ask("DELETE", "", nil, nil) })
	return world
}

// Ask sends any request of the control plane for this world, and decodes the answer into result unless it is nil.
func (w *World) Ask(method, path string, body, result any) {
	w.t.Helper()
	call(w.t, method, "/worlds/"+w.ID+path, body, result)
}

// CreateApp creates a Connect App of the developer.
func (w *World) CreateApp(app App) App {
	w.t.Helper()
	w.Ask("POST", "/apps", app, &app)
	return app
}

// Allow plays the customer who presses Allow.
func (w *World) Allow(connectAppSid, state string) Authorization {
	w.t.Helper()
	var authorization Authorization
	w.Ask("POST", "/authorizations", M{"connectAppSid": connectAppSid, "state": state}, &authorization)
	return authorization
}

// Revoke plays the customer who removes the app.
func (w *World) Revoke(connectAppSid string) {
	w.t.Helper()
	w.Ask("POST", "/authorizations/"+connectAppSid+"/revoke", M{}, nil)
}

// Advance turns the clock by "90s", "5m" or "3d"; when it returns, all that became due has been done.
func (w *World) Advance(span string) {
	w.t.Helper()
	w.Ask("POST", "/clock", M{"advance": span}, nil)
}

// Requests returns what was asked and matches: "method", "path", "route", "status", "account". With "wait" and
// "times" it waits, and the test fails with the nearest requests when they do not come.
func (w *World) Requests(match url.Values) []Request {
	w.t.Helper()
	var found struct{ Requests []Request }
	w.Ask("GET", "/requests?"+match.Encode(), nil, &found)
	return found.Requests
}

// Fail lets requests fail that match.
func (w *World) Fail(match, how M, times int) {
	w.t.Helper()
	w.Ask("POST", "/faults", M{"match": match, "how": how, "times": times}, nil)
}

// Inbox returns the callbacks that came.
func (w *World) Inbox() []Callback {
	w.t.Helper()
	var inbox struct{ Callbacks []Callback }
	w.Ask("GET", "/inbox", nil, &inbox)
	return inbox.Callbacks
}

// Answer says what the inbox answers next.
func (w *World) Answer(replies ...Reply) {
	w.t.Helper()
	w.Ask("PUT", "/inbox/replies", replies, nil)
}

// Reset goes back to how the world began.
func (w *World) Reset() {
	w.t.Helper()
	w.Ask("POST", "/reset", M{}, nil)
}

func call(t testing.TB, method, path string, body, result any) {
	t.Helper()
	ready, err := start()
	if err != nil {
		t.Fatal(err)
	}
	var sent []byte
	if body != nil {
		sent, err = json.Marshal(body)
	}
	request, failed := http.NewRequest(method, ready.Control+path, bytes.NewReader(sent))
	if err = errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+ready.Key)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	if err == nil && result != nil {
		err = json.Unmarshal(text, result)
	}
	if err != nil {
		t.Fatal(err)
	}
}
