# Install the twilio-cli from https://twil.io/cli

twilio api:core:connect-apps:fetch \
   --sid CNb989fdd207b04d16aee578018ef5fd93
