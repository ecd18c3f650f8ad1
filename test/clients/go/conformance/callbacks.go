package main

import (
	"strings"

	"github.com/twilio/twilio-go/client"
)

func validateCallbacks() {
	validator := client.NewRequestValidator("0123456789abcdef0123456789abcdef")
	url := "https://app.example.com/twilio/deauthorize"
	signature := "aFn3woBVSlAf3geDcx8j2NsFT38="
	parameters := map[string]string{
		"AccountSid":    "AC" + strings.Repeat("1", 32),
		"ConnectAppSid": "CN" + strings.Repeat("2", 32),
	}
	form := "AccountSid=" + parameters["AccountSid"] + "&ConnectAppSid=" + parameters["ConnectAppSid"]

	check("validates a POST callback", func() error {
		valid := validator.Validate(url, parameters, signature) &&
			validator.ValidateBody(url, []byte(form), signature)
		return same(valid, true, nil)
	})
	check("validates a GET callback", func() error {
		valid := validator.Validate(url+"?"+form, nil, "lhlOUFlRjCaaNOVx84/7XX+/vZw=")
		return same(valid, true, nil)
	})
	check("validates Twilio's documented request", func() error {
		call := map[string]string{
			"CallSid": "CA1234567890ABCDE",
			"Caller":  "+12349013030",
			"Digits":  "1234",
			"From":    "+12349013030",
			"To":      "+18005551212",
		}
		documented := client.NewRequestValidator("12345")
		called := "https://mycompany.com/myapp.php?foo=1&bar=2"
		return same(documented.Validate(called, call, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="), true, nil)
	})
	check("rejects a forged callback", func() error {
		forged := strings.ReplaceAll(form, "AC11", "ACff")
		return same(validator.ValidateBody(url, []byte(forged), signature), false, nil)
	})
}
