package conntest_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/connect-apps/connect-apps/clients/go/conntest"
)

func readAccount(t *testing.T, world *conntest.World, accountSid string) int {
	request, _ := http.NewRequest("GET", world.URL+"/2010-04-01/Accounts/"+accountSid+".json", nil)
	request.SetBasicAuth(accountSid, world.Developer.AuthToken)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func TestACustomerWhoRemovesTheAppIsForgotten(t *testing.T) {
	t.Parallel()
	world := conntest.New(t)
	app := world.CreateApp(conntest.App{Permissions: []string{"get-all"}})
	authorization := world.Allow(app.Sid, "u1")
	if status := readAccount(t, world, authorization.SubaccountSid); status != 200 {
		t.Fatalf("the app may not read: %d", status)
	}

	world.Answer(conntest.Reply{Status: 500}, conntest.Reply{Status: 500}, conntest.Reply{Status: 200})
	world.Revoke(app.Sid)
	world.Advance("1d")

	callbacks := world.Inbox()
	if len(callbacks) != 3 || callbacks[2].Attempt != 3 || !callbacks[2].SignatureIsValid {
		t.Fatalf("not called three times: %+v", callbacks)
	}
	if status := readAccount(t, world, authorization.SubaccountSid); status != 403 {
		t.Fatalf("the app may still read: %d", status)
	}
	refused := world.Requests(url.Values{"status": {"403"}, "wait": {"1s"}})
	if refused[0].Code != 20006 || refused[0].Reason == "" {
		t.Fatalf("refused without a reason: %+v", refused)
	}
}

func TestWorldsShareNothing(t *testing.T) {
	t.Parallel()
	one, other := conntest.New(t, conntest.M{"seed": 1001}), conntest.New(t, conntest.M{"seed": 1002})
	one.Allow(one.ConnectApp, "")
	if one.Developer == other.Developer || len(other.Requests(nil)) != 0 {
		t.Fatal("two worlds are one")
	}
}

func TestAFaultIsAnAnswerOfTheServer(t *testing.T) {
	t.Parallel()
	world := conntest.New(t)
	world.Fail(conntest.M{"method": "GET"}, conntest.M{"status": 429, "retryAfter": 1}, 1)
	sid := world.Developer.AccountSid
	if first, second := readAccount(t, world, sid), readAccount(t, world, sid); first != 429 || second != 200 {
		t.Fatalf("answered %d and %d", first, second)
	}
	world.Reset()
}
