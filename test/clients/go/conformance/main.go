// All that Twilio's Go library can do with ConnectApps, AuthorizedConnectApps and Accounts, and what
// a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares, and
// changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
// refuses instead; with `away`, what a server says that has lost its database; with `gateways`, what
// is met behind gateways.
package main

import (
	"os"
	"strings"

	"github.com/twilio/twilio-go"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

var (
	accountSid        = os.Getenv("TWILIO_ACCOUNT_SID")
	authToken         = os.Getenv("TWILIO_AUTH_TOKEN")
	appSid            = os.Getenv("CONNECT_APP_SID")
	unknownAppSid     = "CN" + strings.Repeat("f", 32)
	unknownAccountSid = "AC" + strings.Repeat("f", 32)
	manyCharacters    = "שלום e\u0301 👩🏽\u200d🚀 \"q\" <b>&amp;</b> 100% + 1; a=b"
	service           = twilio.NewRestClient().Api
)

// as returns the service with other credentials.
func as(sid, token string) *api.ApiService {
	return twilio.NewRestClientWithParams(twilio.ClientParams{Username: sid, Password: token}).Api
}

func fetch() (*api.ApiV2010ConnectApp, error) {
	return service.FetchConnectApp(appSid, &api.FetchConnectAppParams{})
}

func update(params *api.UpdateConnectAppParams) (*api.ApiV2010ConnectApp, error) {
	return service.UpdateConnectApp(appSid, params)
}

func main() {
	switch strings.Join(os.Args[1:], " ") {
	case "strict":
		refuseStrictly()
	case "away":
		meetLoss()
	case "gateways":
		for _, edge := range strings.Split(os.Getenv("GATEWAYS"), " ") {
			meetGateway(edge)
		}
		for _, edge := range strings.Split(os.Getenv("GATEWAYS_DOWN"), " ") {
			meetOutage(edge)
		}
	default:
		listApps()
		updateApp()
		refuseRequests()
		useAccounts()
		useAuthorizedApps()
		meetFailures()
		validateCallbacks()
		useStandIns()
		deleteApp()
	}
	if failed {
		os.Exit(1)
	}
}

func deleteApp() {
	check("deletes an app", func() error {
		if err := service.DeleteConnectApp(appSid, &api.DeleteConnectAppParams{}); err != nil {
			return err
		}
		_, err := fetch()
		return refused(404, 20404, "was not found", err)
	})
}

func refuseStrictly() {
	check("refuses to delete an app", func() error {
		err := service.DeleteConnectApp(appSid, &api.DeleteConnectAppParams{})
		return refused(405, 20004, "Method not allowed", err)
	})
	check("refuses a page size over 1000", func() error {
		params := &api.ListConnectAppParams{}
		_, err := service.PageConnectApp(params.SetPageSize(1001), "", "")
		return refused(400, 20007, "Page size too large", err)
	})
	check("refuses too many requests", func() error {
		var err error
		for i := 0; i < 100 && err == nil; i++ {
			_, err = fetch()
		}
		return refused(429, 20429, "", err)
	})
}
