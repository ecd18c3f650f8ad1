package main

import (
	"os"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func useAuthorizedApps() {
	customerSid := os.Getenv("CUSTOMER_SID")
	customer := as(customerSid, os.Getenv("CUSTOMER_TOKEN"))
	reader := as(os.Getenv("READER_SID"), authToken)
	writer := as(os.Getenv("WRITER_SID"), authToken)
	revoked := as(os.Getenv("REVOKED_SID"), authToken)

	list := func(change func(*api.ListAuthorizedConnectAppParams)) ([]string, error) {
		params := &api.ListAuthorizedConnectAppParams{}
		change(params)
		apps, err := customer.ListAuthorizedConnectApp(params)
		found := []string{}
		for _, app := range apps {
			found = append(found, text(app.ConnectAppSid))
		}
		return found, err
	}
	check("lists authorized apps", func() error {
		all, err := list(func(*api.ListAuthorizedConnectAppParams) {})
		if err := same(len(all), 4, err); err != nil {
			return err
		}
		some, err := list(func(params *api.ListAuthorizedConnectAppParams) { params.SetLimit(2) })
		if err := same(some, all[:2], err); err != nil {
			return err
		}
		paged, err := list(func(params *api.ListAuthorizedConnectAppParams) { params.SetPageSize(1) })
		return same(paged, all, err)
	})

	check("fetches an authorized app", func() error {
		params := &api.FetchAuthorizedConnectAppParams{}
		app, err := customer.FetchAuthorizedConnectApp(os.Getenv("READER_APP_SID"), params)
		if err != nil {
			return err
		}
		got := []string{text(app.AccountSid), text(app.ConnectAppFriendlyName), (*app.Permissions)[0]}
		return same(got, []string{os.Getenv("READER_SID"), "App 0", "get-all"}, nil)
	})

	check("does not find an app that was not authorized", func() error {
		params := &api.FetchAuthorizedConnectAppParams{}
		_, err := customer.FetchAuthorizedConnectApp(appSid, params)
		return refused(404, 20404, "was not found", err)
	})

	check("reads its customer's account as an authorized app", func() error {
		account, err := reader.FetchAccount(customerSid)
		if err != nil {
			return err
		}
		return same([]string{text(account.Sid), text(account.AuthToken)}, []string{customerSid, "null"}, nil)
	})

	check("is refused without get-all", func() error {
		_, err := writer.FetchAccount(customerSid)
		if err := refused(403, 20006, "Access Denied", err); err != nil {
			return err
		}
		params := &api.ListConnectAppParams{}
		_, err = writer.ListConnectApp(params.SetPathAccountSid(customerSid))
		return refused(401, 20003, "Authenticate", err)
	})

	check("is refused after a deauthorization", func() error {
		_, err := revoked.FetchAccount(os.Getenv("REVOKED_SID"))
		if err := refused(403, 20006, "Access Denied", err); err != nil {
			return err
		}
		_, err = revoked.ListConnectApp(&api.ListConnectAppParams{})
		return refused(401, 20003, "Authenticate", err)
	})

	validator := client.NewRequestValidator(authToken)
	check("validates a real POST callback", func() error {
		parameters := map[string]string{
			"AccountSid":    os.Getenv("CALLBACK_ACCOUNT_SID"),
			"ConnectAppSid": os.Getenv("CALLBACK_CONNECT_APP_SID"),
		}
		url, signature := os.Getenv("CALLBACK_POST_URL"), os.Getenv("CALLBACK_POST_SIGNATURE")
		return same(validator.Validate(url, parameters, signature), true, nil)
	})
	check("validates a real GET callback", func() error {
		url, signature := os.Getenv("CALLBACK_GET_URL"), os.Getenv("CALLBACK_GET_SIGNATURE")
		return same(validator.Validate(url, nil, signature), true, nil)
	})
}
