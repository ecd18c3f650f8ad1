package main

import (
	"os"
	"strings"

	"github.com/twilio/twilio-go"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// meetGateway checks what passes a gateway, which is an edge of Twilio's API, and how each refusal reads.
func meetGateway(edge string) {
	customerSid := os.Getenv("CUSTOMER_SID")
	recordingSid := os.Getenv("RECORDING_SID")
	as := func(name, token string) *api.ApiService {
		client := twilio.NewRestClientWithParams(
			twilio.ClientParams{Username: os.Getenv(name), Password: token})
		client.SetEdge(edge)
		return client.Api
	}
	customer := as("CUSTOMER_SID", os.Getenv("CUSTOMER_TOKEN"))
	reader := as("READER_SID", authToken)
	writer := as("WRITER_SID", authToken)

	list := func(service *api.ApiService, account string) ([]string, error) {
		params := &api.ListMessageParams{}
		messages, err := service.ListMessage(params.SetPathAccountSid(account))
		found := []string{}
		for _, message := range messages {
			found = append(found, text(message.AccountSid))
		}
		return found, err
	}
	create := func(service *api.ApiService) (string, error) {
		params := &api.CreateMessageParams{}
		message, err := service.CreateMessage(params.SetTo(to).SetFrom(to).SetBody("Hello"))
		if err != nil {
			return "", err
		}
		return text(message.AccountSid), nil
	}
	remove := func(service *api.ApiService) error {
		return service.DeleteRecording(recordingSid, &api.DeleteRecordingParams{})
	}

	check(edge+": lists what was granted", func() error {
		found, err := list(reader, customerSid)
		return same(found, []string{customerSid}, err)
	})
	check(edge+": creates what was granted", func() error {
		created, err := create(writer)
		return same(created, os.Getenv("WRITER_SID"), err)
	})
	check(edge+": deletes what was granted", func() error { return remove(writer) })
	check(edge+": reads its own resources", func() error {
		apps, err := customer.ListConnectApp(&api.ListConnectAppParams{})
		return same(len(apps), 0, err)
	})
	check(edge+": refuses a wrong token", func() error {
		_, err := create(as("CUSTOMER_SID", strings.Repeat("f", 32)))
		return refused(401, 20003, "Authenticate", err)
	})
	check(edge+": refuses a list", func() error {
		_, err := list(writer, customerSid)
		return refused(401, 20003, "Authenticate", err)
	})
	check(edge+": refuses a suspended account", func() error {
		_, err := create(as("SUSPENDED_SID", os.Getenv("SUSPENDED_TOKEN")))
		return refused(403, 20005, "Account not active", err)
	})
	check(edge+": refuses what was not granted", func() error {
		_, err := create(reader)
		return refused(403, 20006, "Access Denied", err)
	})
	check(edge+": refuses a revoked app", func() error {
		return refused(403, 20006, "Access Denied", remove(as("REVOKED_SID", authToken)))
	})
	check(edge+": does not find another account", func() error {
		_, err := list(customer, os.Getenv("OTHER_SID"))
		return refused(404, 20404, "was not found", err)
	})
	check(edge+": refuses a method", func() error {
		owner := as("TWILIO_ACCOUNT_SID", authToken)
		err := owner.DeleteConnectApp(appSid, &api.DeleteConnectAppParams{})
		return refused(405, 20004, "Method not allowed", err)
	})
}

// meetOutage checks what a gateway says that does not reach connect-apps.
func meetOutage(edge string) {
	client := twilio.NewRestClientWithParams(
		twilio.ClientParams{Username: os.Getenv("READER_SID"), Password: authToken})
	client.SetEdge(edge)
	client.SetRegion("down")
	check(edge+": is told that connect-apps is away", func() error {
		_, err := client.Api.ListMessage(&api.ListMessageParams{})
		return refused(503, 20503, "Service Unavailable", err)
	})
}
