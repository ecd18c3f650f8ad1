package main

import (
	"encoding/json"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// A change, and the property that it is to be seen in, as JSON has it.
type change struct {
	apply    func(*api.UpdateConnectAppParams) *api.UpdateConnectAppParams
	property string
	value    any
}

var changes = map[string]change{
	"AuthorizeRedirectUrl": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetAuthorizeRedirectUrl("https://app.example.com/back?a=1&b=%20")
	}, "authorize_redirect_url", "https://app.example.com/back?a=1&b=%20"},
	"CompanyName": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetCompanyName("Example & Sons")
	}, "company_name", "Example & Sons"},
	"DeauthorizeCallbackMethod": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetDeauthorizeCallbackMethod("POST")
	}, "deauthorize_callback_method", "POST"},
	"DeauthorizeCallbackUrl": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetDeauthorizeCallbackUrl("https://app.example.com/bye")
	}, "deauthorize_callback_url", "https://app.example.com/bye"},
	"Description": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetDescription("What it does")
	}, "description", "What it does"},
	"FriendlyName": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetFriendlyName(strings.Repeat("🎉", 64))
	}, "friendly_name", strings.Repeat("🎉", 64)},
	"HomepageUrl": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetHomepageUrl("https://app.example.com/")
	}, "homepage_url", "https://app.example.com/"},
	"Permissions": {func(p *api.UpdateConnectAppParams) *api.UpdateConnectAppParams {
		return p.SetPermissions([]string{"get-all"})
	}, "permissions", []any{"get-all"}},
}

// properties returns those of an app by their names in JSON.
func properties(app *api.ApiV2010ConnectApp) map[string]any {
	found := map[string]any{}
	encoded, _ := json.Marshal(app)
	_ = json.Unmarshal(encoded, &found)
	return found
}

func updateApp() {
	for name, change := range changes {
		check("updates "+name, func() error {
			updated, err := update(change.apply(&api.UpdateConnectAppParams{}))
			if err := same(properties(updated)[change.property], change.value, err); err != nil {
				return err
			}
			fetched, err := fetch()
			return same(properties(fetched), properties(updated), err)
		})
	}

	check("updates all properties at once", func() error {
		params := &api.UpdateConnectAppParams{}
		params.SetDescription("Another").SetPermissions([]string{"post-all"})
		if _, err := update(params); err != nil {
			return err
		}
		for _, change := range changes {
			change.apply(params)
		}
		updated, err := update(params)
		for _, change := range changes {
			if err := same(properties(updated)[change.property], change.value, err); err != nil {
				return err
			}
		}
		return nil
	})

	check("puts permissions in their order", func() error {
		for _, permissions := range [][]string{{"post-all", "get-all"}, {"get-all", "post-all"}} {
			params := &api.UpdateConnectAppParams{}
			updated, err := update(params.SetPermissions(permissions))
			ordered := []any{"get-all", "post-all"}
			if err := same(properties(updated)["permissions"], ordered, err); err != nil {
				return err
			}
		}
		return nil
	})

	check("clears a text", func() error {
		params := &api.UpdateConnectAppParams{}
		cleared, err := update(params.SetDescription(""))
		if err != nil {
			return err
		}
		got := []string{text(cleared.Description), text(cleared.CompanyName)}
		return same(got, []string{"null", "Example & Sons"}, nil)
	})

	check("clears a URL", func() error {
		params := &api.UpdateConnectAppParams{}
		cleared, err := update(params.SetHomepageUrl(""))
		if err != nil {
			return err
		}
		return same(text(cleared.HomepageUrl), "null", nil)
	})

	check("keeps every character", func() error {
		params := &api.UpdateConnectAppParams{}
		if _, err := update(params.SetDescription(manyCharacters)); err != nil {
			return err
		}
		fetched, err := fetch()
		if err != nil {
			return err
		}
		return same(text(fetched.Description), manyCharacters, nil)
	})
}
