package conntest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/connect-apps/connect-apps/clients/go/conntest"
)

func readAccount(t *testing.T, world *conntest.World) int {
	sid := world.Developer.AccountSid
	request, _ := http.NewRequest("GET", "https://api.twilio.com/2010-04-01/Accounts/"+sid+".json", nil)
	request.SetBasicAuth(sid, world.Developer.AuthToken)
	answer, err := world.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func TestAWorldIsOfOneTestAlone(t *testing.T) {
	for number := 0; number < 20; number++ {
		name := fmt.Sprint("App ", number)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := conntest.New(t)
			world.CreateApp(conntest.M{"friendlyName": name})
			var fixture struct{ ConnectApps []conntest.App }
			world.Ask("GET", "/fixture", nil, &fixture)
			for _, app := range fixture.ConnectApps {
				if strings.HasPrefix(app.FriendlyName, "App ") && app.FriendlyName != name {
					t.Errorf("%s is of another world", app.FriendlyName)
				}
			}
		})
	}
}

func TestAWorldBeginsAsItsTestSaysAndIsDroppedAfterIt(t *testing.T) {
	for _, name := range []string{"one", "another with the same seed, which is refused while the one lives"} {
		t.Run(name, func(t *testing.T) {
			world := conntest.New(t, conntest.M{"seed": 7, "now": "2026-01-01T00:00:00Z"})
			world.Advance(5 * time.Minute)
			var clock struct{ Now time.Time }
			world.Ask("GET", "/clock", nil, &clock)
			if now := clock.Now.Format(time.RFC3339); now != "2026-01-01T00:05:00Z" {
				t.Errorf("the clock stands at %s", now)
			}
		})
	}
}

// failing is a test whose failure is what is looked at.
type failing struct {
	testing.TB
	message string
}

func (f *failing) Fatal(values ...any) {
	f.message = fmt.Sprint(values...)
	panic(f)
}

func TestWhatDidNotComeSaysWhatCame(t *testing.T) {
	failed := &failing{TB: t}
	world := conntest.New(failed)
	readAccount(t, world)
	defer func() {
		recover()
		path := "/2010-04-01/Accounts/" + world.Developer.AccountSid + ".json"
		const format = "Expected 1 requests with method POST, and there were 0. The nearest that came:\n" +
			"  GET %s 200\n    method is GET, not POST"
		if expected := fmt.Sprintf(format, path); failed.message != expected {
			t.Errorf("failed with: %s", failed.message)
		}
	}()
	world.Requests(conntest.M{"method": "POST"}, 1)
}

func TestAFaultEndsWithItsTimes(t *testing.T) {
	t.Parallel()
	world := conntest.New(t)
	world.Fail(conntest.M{"method": "GET"}, conntest.M{"status": 429, "retryAfter": 1, "times": 1})
	if first, second := readAccount(t, world), readAccount(t, world); first != 429 || second != 200 {
		t.Errorf("answered %d and %d", first, second)
	}
}
