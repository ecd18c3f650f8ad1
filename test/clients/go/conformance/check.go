package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

var failed = false

// check runs one check and prints how it ended.
func check(name string, run func() error) {
	if err := run(); err != nil {
		failed = true
		fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Println("ok", name)
}

// same fails unless the two are equal; an error of the call that gave `actual` comes first.
func same(actual, expected any, err error) error {
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(actual, expected) {
		return fmt.Errorf("%#v is not %#v", actual, expected)
	}
	return nil
}

// refused fails unless err is the library's own, with all three.
func refused(status, code int, message string, err error) error {
	var refusal *client.TwilioRestError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("no TwilioRestError but %v", err)
	}
	if refusal.Status != status || refusal.Code != code {
		return refusal
	}
	if !strings.Contains(refusal.Message, message) {
		return fmt.Errorf("%q is not in %q", message, refusal.Message)
	}
	return nil
}

// text is what a property says, "null" when it says nothing.
func text(property *string) string {
	if property == nil {
		return "null"
	}
	return *property
}

func sids(apps []api.ApiV2010ConnectApp) []string {
	found := []string{}
	for _, app := range apps {
		found = append(found, text(app.Sid))
	}
	return found
}

func accountSids(accounts []api.ApiV2010Account) []string {
	found := []string{}
	for _, account := range accounts {
		found = append(found, text(account.Sid))
	}
	return found
}
