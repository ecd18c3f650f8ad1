package main

import (
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func refuseRequests() {
	every := func() *api.ListConnectAppParams { return &api.ListConnectAppParams{} }
	wrong := as(accountSid, strings.Repeat("f", 32))

	check("refuses a wrong token", func() error {
		_, err := wrong.FetchConnectApp(appSid, &api.FetchConnectAppParams{})
		return refused(401, 20003, "Authenticate", err)
	})
	check("refuses a wrong token on a list", func() error {
		_, err := wrong.ListConnectApp(every())
		return refused(401, 20003, "Authenticate", err)
	})
	check("refuses an unknown account", func() error {
		_, err := as(unknownAccountSid, authToken).ListConnectApp(every())
		return refused(401, 20003, "Authenticate", err)
	})
	check("does not find an unknown app", func() error {
		_, err := service.FetchConnectApp(unknownAppSid, &api.FetchConnectAppParams{})
		return refused(404, 20404, "/ConnectApps/"+unknownAppSid+".json was not found", err)
	})
	check("does not find a malformed SID", func() error {
		_, err := service.FetchConnectApp("CN1", &api.FetchConnectAppParams{})
		return refused(404, 20404, "/ConnectApps/CN1.json was not found", err)
	})
	check("does not find another account's apps", func() error {
		_, err := service.ListConnectApp(every().SetPathAccountSid(unknownAccountSid))
		return refused(404, 20404, "was not found", err)
	})

	refuseChange := func(name string, status, code int, message string, params *api.UpdateConnectAppParams) {
		check(name, func() error {
			_, err := update(params)
			return refused(status, code, message, err)
		})
	}
	params := func() *api.UpdateConnectAppParams { return &api.UpdateConnectAppParams{} }
	refuseChange("refuses an empty friendly name", 400, 20002, "Invalid FriendlyName",
		params().SetFriendlyName(""))
	refuseChange("refuses a long friendly name", 400, 20002, "Invalid FriendlyName",
		params().SetFriendlyName(strings.Repeat("x", 65)))
	refuseChange("refuses a URL that is not one", 400, 20422, "HomepageUrl",
		params().SetHomepageUrl("nonsense"))
	refuseChange("refuses a method other than GET and POST", 400, 20422, "DeauthorizeCallbackMethod",
		params().SetDeauthorizeCallbackMethod("PUT"))
	refuseChange("refuses an unknown permission", 400, 20422, "Permissions",
		params().SetPermissions([]string{"put-all"}))
	refuseChange("refuses a request that is too large", 413, 20413, "",
		params().SetDescription(strings.Repeat("x", 200_000)))

	check("refuses a page size of 0", func() error {
		_, err := service.PageConnectApp(every().SetPageSize(0), "", "")
		return refused(400, 20422, "PageSize", err)
	})
	check("refuses a page token that it did not give", func() error {
		_, err := service.PageConnectApp(every(), "nonsense", "")
		return refused(400, 21481, "Invalid PageToken", err)
	})
}
