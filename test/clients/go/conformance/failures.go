package main

import (
	"os"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func meetFailures() {
	check("is told of a failure of the server", func() error {
		broken := os.Getenv("BROKEN_SID")
		_, err := as(broken, os.Getenv("BROKEN_TOKEN")).FetchAccount(broken)
		return refused(500, 20500, "Internal Server Error", err)
	})
}

func meetLoss() {
	check("is told that the database is away", func() error {
		_, err := service.FetchConnectApp(appSid, &api.FetchConnectAppParams{})
		return refused(503, 20503, "Service Unavailable", err)
	})
}
