package main

import (
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/twilio/twilio-go"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

const (
	to    = "+15558675310"
	twiml = "<Response/>"
)

func useStandIns() {
	reader := as(os.Getenv("READER_SID"), authToken)

	act(service, "as an account")
	act(as(os.Getenv("WRITER_SID"), authToken), "as an app with post-all")

	check("reads messages as an app with get-all", func() error {
		for _, account := range []string{os.Getenv("READER_SID"), os.Getenv("CUSTOMER_SID")} {
			params := &api.ListMessageParams{}
			messages, err := reader.ListMessage(params.SetPathAccountSid(account))
			if err := same(len(messages), 0, err); err != nil {
				return err
			}
		}
		return nil
	})

	check("does not act as an app with get-all", func() error {
		number := &api.CreateIncomingPhoneNumberParams{}
		_, err := reader.CreateIncomingPhoneNumber(number.SetAreaCode("415"))
		if err := refused(403, 20006, "Access Denied", err); err != nil {
			return err
		}
		message := &api.CreateMessageParams{}
		_, err = reader.CreateMessage(message.SetTo(to).SetFrom(to).SetBody("Hello"))
		if err := refused(403, 20006, "Access Denied", err); err != nil {
			return err
		}
		call := &api.CreateCallParams{}
		_, err = reader.CreateCall(call.SetTo(to).SetFrom(to).SetTwiml(twiml))
		return refused(403, 20006, "Access Denied", err)
	})

	creation := &api.CreateNewKeyParams{}
	key, err := service.CreateNewKey(creation.SetFriendlyName("Go"))
	if err != nil {
		check("buys a phone number with an API key", func() error { return err })
		return
	}
	withKey := twilio.NewRestClientWithParams(twilio.ClientParams{
		Username:   *key.Sid,
		Password:   *key.Secret,
		AccountSid: accountSid,
	}).Api
	act(withKey, "with an API key")

	check("refuses an API key for accounts", func() error {
		_, err := withKey.ListAccount(&api.ListAccountParams{})
		return refused(401, 20003, "Authenticate", err)
	})
	check("refuses a deleted API key", func() error {
		if err := service.DeleteKey(*key.Sid, &api.DeleteKeyParams{}); err != nil {
			return err
		}
		_, err := withKey.ListMessage(&api.ListMessageParams{})
		return refused(401, 20003, "Authenticate", err)
	})
}

// act goes from the search for a number to the bill; `who` ends the name of each check.
func act(service *api.ApiService, who string) {
	search := func() ([]string, error) {
		params := &api.ListAvailablePhoneNumberLocalParams{}
		numbers, err := service.ListAvailablePhoneNumberLocal("US", params.SetAreaCode(415).SetLimit(5))
		found := []string{}
		for _, number := range numbers {
			found = append(found, text(number.PhoneNumber))
		}
		return found, err
	}
	var from, number string

	check("buys a phone number "+who, func() error {
		available, err := search()
		if err != nil {
			return err
		}
		from = available[0]
		params := &api.CreateIncomingPhoneNumberParams{}
		bought, err := service.CreateIncomingPhoneNumber(params.SetPhoneNumber(from))
		if err != nil {
			return err
		}
		number = *bought.Sid
		if err := same(text(bought.PhoneNumber), from, nil); err != nil {
			return err
		}
		filter := &api.ListIncomingPhoneNumberParams{}
		own, err := service.ListIncomingPhoneNumber(filter.SetPhoneNumber(from))
		if err := same(len(own), 1, err); err != nil {
			return err
		}
		available, err = search()
		return same(slices.Contains(available, from), false, err)
	})

	check("configures a phone number "+who, func() error {
		url := "https://app.example.com/sms"
		for _, smsUrl := range []string{url, ""} {
			params := &api.UpdateIncomingPhoneNumberParams{}
			changed, err := service.UpdateIncomingPhoneNumber(number, params.SetSmsUrl(smsUrl).SetSmsMethod("GET"))
			if err != nil {
				return err
			}
			got := []string{text(changed.SmsUrl), text(changed.SmsMethod)}
			if err := same(got, []string{smsUrl, "GET"}, nil); err != nil {
				return err
			}
		}
		return nil
	})

	send := func(body string) (*api.ApiV2010Message, error) {
		params := &api.CreateMessageParams{}
		return service.CreateMessage(params.SetTo(to).SetFrom(from).SetBody(body))
	}
	check("sends a message "+who, func() error {
		message, err := send("Hello")
		if err != nil {
			return err
		}
		got := []string{text(message.Status), text(message.Body), text(message.NumSegments)}
		if err := same(got, []string{"queued", "Hello", "1"}, nil); err != nil {
			return err
		}
		for text(message.Status) != "delivered" {
			time.Sleep(100 * time.Millisecond)
			message, err = service.FetchMessage(*message.Sid, &api.FetchMessageParams{})
			if err != nil {
				return err
			}
		}
		return nil
	})

	check("lists messages "+who, func() error {
		second, err := send("Hello again")
		if err != nil {
			return err
		}
		params := &api.ListMessageParams{}
		listed, err := service.ListMessage(params.SetFrom(from).SetPageSize(1).SetLimit(2))
		if err := same(len(listed), 2, err); err != nil {
			return err
		}
		return same(text(listed[0].Sid), *second.Sid, nil)
	})

	check("makes a call "+who, func() error {
		params := &api.CreateCallParams{}
		call, err := service.CreateCall(params.SetTo(to).SetFrom(from).SetTwiml(twiml))
		if err != nil {
			return err
		}
		if err := same([]string{text(call.Status), text(call.To)}, []string{"queued", to}, nil); err != nil {
			return err
		}
		change := &api.UpdateCallParams{}
		ended, err := service.UpdateCall(*call.Sid, change.SetStatus("completed"))
		if err != nil {
			return err
		}
		return same(text(ended.Status), "completed", nil)
	})

	check("reads usage "+who, func() error {
		params := &api.ListUsageRecordParams{}
		records, err := service.ListUsageRecord(params.SetCategory("sms"))
		if err := same(len(records), 1, err); err != nil {
			return err
		}
		count, err := strconv.Atoi(text(records[0].Count))
		return same(count >= 2, true, err)
	})

	check("releases a phone number "+who, func() error {
		if err := service.DeleteIncomingPhoneNumber(number, &api.DeleteIncomingPhoneNumberParams{}); err != nil {
			return err
		}
		_, err := service.FetchIncomingPhoneNumber(number, &api.FetchIncomingPhoneNumberParams{})
		return refused(404, 20404, "was not found", err)
	})
}
