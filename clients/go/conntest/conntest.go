// Package conntest gives each test a world of Twilio Connect Apps: two accounts, a Connect App, a clock, an inbox for
// callbacks, and a journal of what was asked. One "connect-apps test-server" holds the worlds of a test binary.
package conntest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// World is what only one test uses.
type World struct {
	ID, URL, ConnectApp string
	Developer, Customer Credentials
	Env                 map[string]string
	t                   testing.TB
}

// Credentials are those of an account, and of the person who signs in to it.
type Credentials struct{ AccountSid, AuthToken, Email, Password string }

// App is a Connect App.
type App struct {
	Sid, FriendlyName string
	Permissions       []string
}

// Authorization is what follows when a customer presses Allow.
type Authorization struct{ Redirect, SubaccountSid string }

// Callback is what the inbox received.
type Callback struct {
	Params           map[string]string
	Attempt, Status  int
	SignatureIsValid bool
}

// Request is what was asked, with the reason of a refusal.
type Request struct {
	ID, Method, Path, Account, Caller, Reason string
	Status, Code                              int
}

// M is a JSON object that the control plane takes.
type M map[string]any

// New makes a world, and drops it when the test ends. Options are "seed", "now" and "fixture".
func New(t testing.TB, options ...M) *World {
	t.Helper()
	world := &World{t: t}
	world.call("POST", "/worlds", append(options, nil)[0], world)
	t.Cleanup(func() { world.Ask("DELETE", "", nil, nil) })
	return world
}

// Ask sends any request of the control plane for this world, and decodes the answer into result unless that is nil.
func (w *World) Ask(method, path string, body, result any) {
	w.t.Helper()
	w.call(method, "/worlds/"+w.ID+path, body, result)
}

// CreateApp creates a Connect App of the developer, such as M{"permissions": []string{"get-all"}}.
func (w *World) CreateApp(properties M) (app App) {
	w.t.Helper()
	w.Ask("POST", "/apps", properties, &app)
	return app
}

// Allow plays the customer who presses Allow; state comes back with the redirect.
func (w *World) Allow(connectAppSid, state string) (given Authorization) {
	w.t.Helper()
	w.Ask("POST", "/authorizations", M{"connectAppSid": connectAppSid, "state": state}, &given)
	return given
}

// Revoke plays the customer who removes the app.
func (w *World) Revoke(connectAppSid string) {
	w.t.Helper()
	w.Ask("POST", "/authorizations/"+connectAppSid+"/revoke", nil, nil)
}

// Advance turns the clock; when it returns, all that became due has been done.
func (w *World) Advance(by time.Duration) {
	w.t.Helper()
	w.Ask("POST", "/clock", M{"advance": by.Milliseconds()}, nil)
}

// Requests returns those that match "method", "path", "route", "status" and "account", once there are so many. If they
// do not come within 2 s, the test fails and says what came instead.
func (w *World) Requests(match M, times int) []Request {
	w.t.Helper()
	query := url.Values{"wait": {"2s"}, "times": {fmt.Sprint(times)}}
	for name, value := range match {
		query.Set(name, fmt.Sprint(value))
	}
	var found struct{ Requests []Request }
	w.Ask("GET", "/requests?"+query.Encode(), nil, &found)
	return found.Requests
}

// Fail lets requests fail that match, such as Fail(M{"method": "GET"}, M{"status": 429, "retryAfter": 1, "times": 2}).
func (w *World) Fail(match, how M) {
	w.t.Helper()
	w.Ask("POST", "/faults", M{"match": match, "how": how}, nil)
}

// Inbox returns the callbacks that came.
func (w *World) Inbox() []Callback {
	w.t.Helper()
	var inbox struct{ Callbacks []Callback }
	w.Ask("GET", "/inbox", nil, &inbox)
	return inbox.Callbacks
}

// Answer says with which statuses the inbox answers next.
func (w *World) Answer(statuses ...int) {
	w.t.Helper()
	w.Ask("PUT", "/inbox/replies", statuses, nil)
}

// Client returns an HTTP client whose requests all go to this world, wherever they are addressed.
func (w *World) Client() *http.Client { return &http.Client{Transport: w} }

// RoundTrip is what Client does with a request.
func (w *World) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.URL.Scheme, request.URL.Host, _ = strings.Cut(w.URL, "://")
	return http.DefaultTransport.RoundTrip(request)
}

func (w *World) call(method, path string, body, result any) {
	w.t.Helper()
	check := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	start.Do(launch)
	check(unable)
	sent, err := json.Marshal(body)
	check(err)
	request, err := http.NewRequest(method, server.Control+path, bytes.NewReader(sent))
	check(err)
	request.Header.Set("Authorization", "Bearer "+server.Key)
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode >= 300 {
		var refusal struct{ Message string }
		check(json.Unmarshal(text, &refusal))
		w.t.Fatal(refusal.Message)
	}
	if result != nil {
		check(json.Unmarshal(text, result))
	}
}

// The server of this process. It ends when its standard input does, so that is held open until this process ends.
var (
	start  sync.Once
	server struct{ Control, Key string }
	input  io.Closer
	unable error
)

func launch() {
	if running := os.Getenv("CONNECT_APPS_TEST_SERVER"); running != "" {
		unable = json.Unmarshal([]byte(running), &server)
		return
	}
	words := append(strings.Fields(os.Getenv("CONNECT_APPS_COMMAND")), "test-server", "--json")
	if len(words) == 2 {
		words = append([]string{"npx", "--no", "connect-apps"}, words...)
	}
	command := exec.Command(words[0], words[1:]...)
	command.Stderr = os.Stderr
	input, _ = command.StdinPipe()
	output, _ := command.StdoutPipe()
	unable = command.Start()
	if unable == nil && json.NewDecoder(output).Decode(&server) != nil {
		unable = fmt.Errorf("%s did not start", command)
	}
}
