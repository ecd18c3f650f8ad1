curl -X GET "https://api.twilio.com/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/ConnectApps/CNb989fdd207b04d16aee578018ef5fd93.json" \
-u $TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN
