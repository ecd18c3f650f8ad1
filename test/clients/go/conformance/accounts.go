package main

import (
	"slices"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func useAccounts() {
	check("fetches the account", func() error {
		account, err := service.FetchAccount(accountSid)
		if err != nil {
			return err
		}
		got := []string{text(account.Sid), text(account.Status), text(account.Type)}
		return same(got, []string{accountSid, "active", "Full"}, nil)
	})

	creation := &api.CreateAccountParams{}
	child, err := service.CreateAccount(creation.SetFriendlyName("Child of Go"))
	if err != nil {
		check("creates a subaccount", func() error { return err })
		return
	}
	childApps := as(*child.Sid, *child.AuthToken)

	check("creates a subaccount", func() error {
		got := []string{text(child.OwnerAccountSid), text(child.Status)}
		if err := same(got, []string{accountSid, "active"}, nil); err != nil {
			return err
		}
		apps, err := childApps.ListConnectApp(&api.ListConnectAppParams{})
		return same(len(apps), 0, err)
	})

	check("lists accounts", func() error {
		accounts, err := service.ListAccount(&api.ListAccountParams{})
		found := accountSids(accounts)
		both := slices.Contains(found, accountSid) && slices.Contains(found, *child.Sid)
		return same(both, true, err)
	})

	check("lists accounts by name", func() error {
		params := &api.ListAccountParams{}
		accounts, err := service.ListAccount(params.SetFriendlyName("Child of Go"))
		return same(accountSids(accounts), []string{*child.Sid}, err)
	})

	check("renames a subaccount", func() error {
		params := &api.UpdateAccountParams{}
		renamed, err := service.UpdateAccount(*child.Sid, params.SetFriendlyName(manyCharacters))
		if err != nil {
			return err
		}
		return same(text(renamed.FriendlyName), manyCharacters, nil)
	})

	check("opens a subaccount's path with its parent's token", func() error {
		params := &api.ListConnectAppParams{}
		apps, err := service.ListConnectApp(params.SetPathAccountSid(*child.Sid))
		return same(len(apps), 0, err)
	})

	statusOf := func(name, status string, refusal func(error) error) {
		check(name, func() error {
			params := &api.UpdateAccountParams{}
			if _, err := service.UpdateAccount(*child.Sid, params.SetStatus(status)); err != nil {
				return err
			}
			_, err := childApps.ListConnectApp(&api.ListConnectAppParams{})
			return refusal(err)
		})
	}
	statusOf("refuses a suspended account", "suspended", func(err error) error {
		return refused(403, 20005, "Account not active", err)
	})
	statusOf("refuses a closed account", "closed", func(err error) error {
		return refused(401, 20003, "Authenticate", err)
	})
}
