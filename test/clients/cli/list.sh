# Install the twilio-cli from https://twil.io/cli

twilio api:core:connect-apps:list
