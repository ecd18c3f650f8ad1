package main

import (
	"net/url"
	"slices"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func listApps() {
	apps, _ := service.ListConnectApp(&api.ListConnectAppParams{})
	all := sids(apps)

	list := func(params *api.ListConnectAppParams) ([]string, error) {
		listed, err := service.ListConnectApp(params)
		return sids(listed), err
	}

	check("fetches an app", func() error {
		app, err := fetch()
		if err != nil {
			return err
		}
		uri := "/2010-04-01/Accounts/" + accountSid + "/ConnectApps/" + appSid + ".json"
		got := []string{text(app.Sid), text(app.AccountSid), text(app.Uri)}
		return same(got, []string{appSid, accountSid, uri}, nil)
	})

	check("lists without a limit", func() error {
		distinct := slices.Compact(slices.Sorted(slices.Values(all)))
		if err := same(len(distinct), 7, nil); err != nil {
			return err
		}
		return same(slices.Contains(all, appSid), true, nil)
	})

	check("lists up to a limit", func() error {
		params := &api.ListConnectAppParams{}
		listed, err := list(params.SetLimit(2))
		return same(listed, all[:2], err)
	})

	check("lists up to a limit over 1000", func() error {
		params := &api.ListConnectAppParams{}
		listed, err := list(params.SetLimit(2000))
		return same(listed, all, err)
	})

	check("lists with a page size", func() error {
		params := &api.ListConnectAppParams{}
		listed, err := list(params.SetPageSize(3))
		if err := same(listed, all, err); err != nil {
			return err
		}
		listed, err = list(params.SetLimit(5))
		return same(listed, all[:5], err)
	})

	check("iterates lazily over three pages", func() error {
		params := &api.ListConnectAppParams{}
		records, errors := service.StreamConnectApp(params.SetPageSize(3))
		seen := []string{}
		for record := range records {
			seen = append(seen, text(record.Sid))
		}
		return same(seen, all, <-errors)
	})

	check("turns to the next page and back", func() error {
		params := &api.ListConnectAppParams{}
		params.SetPageSize(3)
		first, err := service.PageConnectApp(params, "", "")
		if err != nil {
			return err
		}
		second, err := service.PageConnectApp(params, pageToken(first.NextPageUri), "1")
		if err != nil {
			return err
		}
		third, err := service.PageConnectApp(params, pageToken(second.NextPageUri), "2")
		if err != nil {
			return err
		}
		back, err := service.PageConnectApp(params, pageToken(second.PreviousPageUri), "0")
		if err != nil {
			return err
		}
		got := [][]string{sids(second.ConnectApps), sids(third.ConnectApps), sids(back.ConnectApps)}
		return same(got, [][]string{all[3:6], all[6:], all[:3]}, nil)
	})
}

// The library turns pages by their token: it has no call that takes a page's link.
func pageToken(link *string) string {
	parsed, err := url.Parse(text(link))
	if err != nil {
		return ""
	}
	return parsed.Query().Get("PageToken")
}
