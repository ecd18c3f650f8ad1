#!/usr/bin/env bash
# All that curl can do with ConnectApps, AuthorizedConnectApps and Accounts, and what a Connect App
# does with phone numbers, messages and calls. It runs on what scene.ts prepares, and changes and
# deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server refuses instead;
# with `away`, what a server says that has lost its database.

set -u

API=https://api.twilio.com/2010-04-01/Accounts
OWN=$API/$TWILIO_ACCOUNT_SID
APP=$OWN/ConnectApps/$CONNECT_APP_SID.json
ME=$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN
TO=+15558675310
UNKNOWN=$(printf 'f%.0s' {1..32})
TEXT='שלום 👩🏽‍🚀 <b>&amp;</b> 100% + 1; a=b'
status=0 body='' failed=0 faults=''

# send CREDENTIALS URL [OPTION…]: sets `status` and `body`.
send() {
  local credentials=$1 url=$2
  shift 2
  body=$(curl --silent --show-error --user "$credentials" --write-out '\n%{http_code}' "$@" "$url")
  status=${body##*$'\n'}
  body=${body%$'\n'*}
}

# update NAME=VALUE…
update() {
  local options=() parameter
  for parameter in "$@"; do options+=(--data-urlencode "$parameter"); done
  send "$ME" "$APP" "${options[@]}"
}

# expect STATUS [TEXT…]: notes a fault unless the last reply has the status, and each text in it.
expect() {
  local expected=$1 text
  shift
  [[ $status == "$expected" ]] || faults+="status $status instead of $expected; "
  for text in "$@"; do
    [[ $body == *"$text"* ]] || faults+="no $text in $body; "
  done
}

# refused STATUS CODE MESSAGE
refused() { expect "$1" "\"code\":$2" "\"message\":\"" "$3" "/docs/errors/$2\"" "\"status\":$1"; }

# report NAME: tells how the check went that ends here.
report() {
  if [[ -z $faults ]]; then
    echo "ok $1"
  else
    failed=1
    echo "not ok $1: ${faults//$'\n'/ }"
  fi
  faults=''
}

# sids: the SIDs of the apps in the last reply, one a line.
sids() { grep -o '"sid":"CN[0-9a-f]*"' <<<"$body" | cut -d'"' -f4; }

# link NAME: the URL of a page that the last reply links to.
link() {
  local path
  path=$(grep -o "\"$1\":\"[^\"]*\"" <<<"$body" | cut -d'"' -f4)
  echo "https://api.twilio.com$path"
}

# same ACTUAL EXPECTED
same() { [[ $1 == "$2" ]] || faults+="'$1' is not '$2'; "; }

read_apps() {
  send "$ME" "$APP"
  expect 200 "\"sid\":\"$CONNECT_APP_SID\"" "\"account_sid\":\"$TWILIO_ACCOUNT_SID\""
  report 'fetches an app'

  send "$ME" "$OWN/ConnectApps.json"
  local all first second
  all=$(sids)
  expect 200 '"next_page_uri":null' "$CONNECT_APP_SID"
  same "$(wc -l <<<"$all")" 7
  report 'lists without a limit'

  send "$ME" "$OWN/ConnectApps.json?PageSize=2000"
  expect 200 '"page_size":1000'
  same "$(sids)" "$all"
  report 'lists up to a limit over 1000'

  send "$ME" "$OWN/ConnectApps.json?PageSize=3"
  expect 200 '"page_size":3' '"previous_page_uri":null'
  first=$(sids)
  same "$first" "$(head -n 3 <<<"$all")"
  report 'lists with a page size'

  send "$ME" "$(link next_page_uri)"
  second=$(sids)
  send "$ME" "$(link next_page_uri)"
  expect 200 '"next_page_uri":null'
  same "$first"$'\n'"$second"$'\n'"$(sids)" "$all"
  send "$ME" "$(link previous_page_uri)"
  same "$(sids)" "$second"
  report 'turns to the next page and back'
}

update_app() {
  local emoji
  emoji=$(printf '🎉%.0s' {1..64})
  local changes=(
    AuthorizeRedirectUrl 'https://app.example.com/back?a=1&b=%20' authorize_redirect_url
    CompanyName 'Example & Sons' company_name
    DeauthorizeCallbackMethod POST deauthorize_callback_method
    DeauthorizeCallbackUrl 'https://app.example.com/bye' deauthorize_callback_url
    Description 'What it does' description
    FriendlyName "$emoji" friendly_name
    HomepageUrl 'https://app.example.com/' homepage_url
  )
  local i parameters=() properties=()
  for ((i = 0; i < ${#changes[@]}; i += 3)); do
    update "${changes[i]}=${changes[i + 1]}"
    expect 200 "\"${changes[i + 2]}\":\"${changes[i + 1]}\""
    report "updates ${changes[i]}"
    parameters+=("${changes[i]}=${changes[i + 1]}")
    properties+=("\"${changes[i + 2]}\":\"${changes[i + 1]}\"")
  done

  update Permissions=get-all
  expect 200 '"permissions":["get-all"]'
  report 'updates Permissions'

  update Description=Another
  update "${parameters[@]}" Permissions=post-all
  send "$ME" "$APP"
  expect 200 "${properties[@]}" '"permissions":["post-all"]'
  report 'updates all properties at once'

  update Permissions=post-all Permissions=get-all
  expect 200 '"permissions":["get-all","post-all"]'
  update Permissions=post-all,get-all
  expect 200 '"permissions":["get-all","post-all"]'
  update Permissions=
  expect 200 '"permissions":[]'
  report 'puts permissions in their order'

  update Description=
  expect 200 '"description":null' '"company_name":"Example & Sons"'
  report 'clears a text'

  update HomepageUrl=
  expect 200 '"homepage_url":null'
  report 'clears a URL'

  update "Description=$TEXT"
  expect 200 "\"description\":\"$TEXT\""
  report 'keeps every character'
}

refuse_requests() {
  local wrong=$TWILIO_ACCOUNT_SID:$UNKNOWN

  send "$wrong" "$APP"
  refused 401 20003 Authenticate
  report 'refuses a wrong token'

  send "$wrong" "$OWN/ConnectApps.json"
  refused 401 20003 Authenticate
  report 'refuses a wrong token on a list'

  send "AC$UNKNOWN:$TWILIO_AUTH_TOKEN" "$API/AC$UNKNOWN/ConnectApps.json"
  refused 401 20003 Authenticate
  report 'refuses an unknown account'

  send "$ME" "$OWN/ConnectApps/CN$UNKNOWN.json"
  refused 404 20404 "/ConnectApps/CN$UNKNOWN.json was not found"
  report 'does not find an unknown app'

  send "$ME" "$OWN/ConnectApps/CN1.json"
  refused 404 20404 '/ConnectApps/CN1.json was not found'
  report 'does not find a malformed SID'

  send "$ME" "$API/AC$UNKNOWN/ConnectApps.json"
  refused 404 20404 'was not found'
  report "does not find another account's apps"

  update FriendlyName=
  refused 400 20002 'Invalid FriendlyName'
  report 'refuses an empty friendly name'

  update "FriendlyName=$UNKNOWN$UNKNOWN+"
  refused 400 20002 'Invalid FriendlyName'
  report 'refuses a long friendly name'

  update HomepageUrl=nonsense
  refused 400 20422 HomepageUrl
  report 'refuses a URL that is not one'

  update DeauthorizeCallbackMethod=PUT
  refused 400 20422 DeauthorizeCallbackMethod
  report 'refuses a method other than GET and POST'

  update Permissions=put-all
  refused 400 20422 Permissions
  report 'refuses an unknown permission'

  send "$ME" "$OWN/ConnectApps.json?PageSize=0"
  refused 400 20422 PageSize
  report 'refuses a page size of 0'

  send "$ME" "$OWN/ConnectApps.json?PageToken=nonsense"
  refused 400 21481 'Invalid PageToken'
  report 'refuses a page token that it did not give'

  send "$ME" "$APP" --data @<(printf 'Description=%0200000d' 0)
  refused 413 20413 ''
  report 'refuses a request that is too large'
}

use_accounts() {
  send "$ME" https://tls-test.twilio.com/
  expect 200
  report 'tests the certificate'

  send "$ME" "$OWN.json"
  expect 200 "\"sid\":\"$TWILIO_ACCOUNT_SID\"" '"status":"active"' '"type":"Full"'
  report 'fetches the account'

  send "$ME" "$API.json" --data-urlencode 'FriendlyName=Child of curl'
  expect 201 "\"owner_account_sid\":\"$TWILIO_ACCOUNT_SID\"" '"friendly_name":"Child of curl"'
  local child token
  child=$(grep -o '"sid":"[^"]*"' <<<"$body" | cut -d'"' -f4)
  token=$(grep -o '"auth_token":"[^"]*"' <<<"$body" | cut -d'"' -f4)
  send "$child:$token" "$API/$child/ConnectApps.json"
  expect 200 '"connect_apps":[]'
  report 'creates a subaccount'

  send "$ME" "$API.json"
  expect 200 "\"sid\":\"$TWILIO_ACCOUNT_SID\"" "\"sid\":\"$child\""
  report 'lists accounts'

  send "$ME" "$API.json?FriendlyName=Child%20of%20curl"
  expect 200 "\"sid\":\"$child\""
  same "$(grep -o '"status":' <<<"$body" | wc -l)" 1
  report 'lists accounts by name'

  send "$ME" "$API/$child.json" --data-urlencode "FriendlyName=$TEXT"
  expect 200 "\"friendly_name\":\"$TEXT\""
  report 'renames a subaccount'

  send "$ME" "$API/$child/ConnectApps.json"
  expect 200 '"connect_apps":[]'
  report "opens a subaccount's path with its parent's token"

  send "$ME" "$API/$child.json" --data Status=suspended
  send "$child:$token" "$API/$child/ConnectApps.json"
  refused 403 20005 'Account not active'
  report 'refuses a suspended account'

  send "$ME" "$API/$child.json" --data Status=closed
  send "$child:$token" "$API/$child/ConnectApps.json"
  refused 401 20003 Authenticate
  report 'refuses a closed account'
}

use_authorized_apps() {
  local customer=$CUSTOMER_SID:$CUSTOMER_TOKEN apps=$API/$CUSTOMER_SID/AuthorizedConnectApps
  local reader=$READER_SID:$TWILIO_AUTH_TOKEN writer=$WRITER_SID:$TWILIO_AUTH_TOKEN
  local revoked=$REVOKED_SID:$TWILIO_AUTH_TOKEN

  send "$customer" "$apps.json"
  expect 200 '"authorized_connect_apps":['
  same "$(grep -o '"connect_app_sid":' <<<"$body" | wc -l)" 4
  send "$customer" "$apps.json?PageSize=3"
  send "$customer" "$(link next_page_uri)"
  same "$(grep -o '"connect_app_sid":' <<<"$body" | wc -l)" 1
  report 'lists authorized apps'

  send "$customer" "$apps/$READER_APP_SID.json"
  expect 200 "\"account_sid\":\"$READER_SID\"" '"permissions":["get-all"]' "/Accounts/$READER_SID/Auth"
  report 'fetches an authorized app'

  send "$customer" "$apps/$CONNECT_APP_SID.json"
  refused 404 20404 'was not found'
  report 'does not find an app that was not authorized'

  send "$reader" "$API/$CUSTOMER_SID.json"
  expect 200 "\"sid\":\"$CUSTOMER_SID\""
  [[ $body != *auth_token* ]] || faults+="a token in $body; "
  report "reads its customer's account as an authorized app"

  send "$writer" "$API/$CUSTOMER_SID.json"
  refused 403 20006 'Access Denied'
  send "$writer" "$API/$CUSTOMER_SID/ConnectApps.json"
  refused 401 20003 Authenticate
  report 'is refused without get-all'

  send "$revoked" "$API/$REVOKED_SID.json"
  refused 403 20006 'Access Denied'
  send "$revoked" "$API/$REVOKED_SID/ConnectApps.json"
  refused 401 20003 Authenticate
  report 'is refused after a deauthorization'
}

meet_failures() {
  send "$BROKEN_SID:$BROKEN_TOKEN" "$API/$BROKEN_SID.json"
  refused 500 20500 'Internal Server Error'
  report 'is told of a failure of the server'
}

# read_property NAME: the first property of this name in the last reply.
read_property() { grep -o "\"$1\":\"[^\"]*\"" <<<"$body" | head -n 1 | cut -d'"' -f4; }

use_stand_ins() {
  local reader=$READER_SID:$TWILIO_AUTH_TOKEN key secret

  act "$ME" "$OWN" 'as an account'
  act "$WRITER_SID:$TWILIO_AUTH_TOKEN" "$API/$WRITER_SID" 'as an app with post-all'

  send "$reader" "$API/$READER_SID/Messages.json"
  expect 200 '"messages":[]'
  send "$reader" "$API/$CUSTOMER_SID/Messages.json"
  expect 200 '"messages":[]'
  report 'reads messages as an app with get-all'

  send "$reader" "$API/$READER_SID/IncomingPhoneNumbers.json" --data AreaCode=415
  refused 403 20006 'Access Denied'
  send "$reader" "$API/$READER_SID/Messages.json" --data-urlencode "To=$TO" --data Body=Hello
  refused 403 20006 'Access Denied'
  send "$reader" "$API/$READER_SID/Calls.json" --data-urlencode "To=$TO"
  refused 403 20006 'Access Denied'
  report 'does not act as an app with get-all'

  send "$ME" "$OWN/Keys.json" --data FriendlyName=curl
  key=$(read_property sid) secret=$(read_property secret)
  act "$key:$secret" "$OWN" 'with an API key'

  send "$key:$secret" "$API.json"
  refused 401 20003 Authenticate
  report 'refuses an API key for accounts'

  send "$ME" "$OWN/Keys/$key.json" --request DELETE
  expect 204
  send "$key:$secret" "$OWN/Messages.json"
  refused 401 20003 Authenticate
  report 'refuses a deleted API key'
}

# act CREDENTIALS ACCOUNT WHO: from the search for a number to the bill; WHO ends the name of each check.
act() {
  local credentials=$1 account=$2 who=$3 from number sid
  local search="$account/AvailablePhoneNumbers/US/Local.json?AreaCode=415"

  send "$credentials" "$search"
  from=$(read_property phone_number)
  send "$credentials" "$account/IncomingPhoneNumbers.json" --data-urlencode "PhoneNumber=$from"
  expect 201 "\"phone_number\":\"$from\"" '"sms":true'
  number=$account/IncomingPhoneNumbers/$(read_property sid).json
  send "$credentials" "$search"
  [[ $body != *"\"$from\""* ]] || faults+="$from is still available; "
  report "buys a phone number $who"

  send "$credentials" "$number" --data SmsUrl=https://app.example.com/sms --data SmsMethod=GET
  expect 200 '"sms_url":"https://app.example.com/sms"' '"sms_method":"GET"'
  send "$credentials" "$number" --data SmsUrl=
  expect 200 '"sms_url":""' '"sms_method":"GET"'
  report "configures a phone number $who"

  local message=(--data-urlencode "To=$TO" --data-urlencode "From=$from" --data Body=Hello)
  send "$credentials" "$account/Messages.json" "${message[@]}"
  expect 201 '"status":"queued"' '"body":"Hello"' '"num_segments":"1"'
  sid=$(read_property sid)
  while [[ $status == 20? && $body != *'"status":"delivered"'* ]]; do
    sleep 0.1
    send "$credentials" "$account/Messages/$sid.json"
  done
  report "sends a message $who"

  send "$credentials" "$account/Messages.json" "${message[@]}"
  sid=$(read_property sid)
  send "$credentials" "$account/Messages.json?From=%2B${from#+}&PageSize=1"
  expect 200 "\"sid\":\"$sid\"" '"next_page_uri":"/'
  report "lists messages $who"

  send "$credentials" "$account/Calls.json" --data-urlencode "To=$TO" \
    --data-urlencode "From=$from" --data-urlencode 'Twiml=<Response/>'
  expect 201 '"status":"queued"' "\"to\":\"$TO\""
  send "$credentials" "$account/Calls/$(read_property sid).json" --data Status=completed
  expect 200 '"status":"completed"'
  report "makes a call $who"

  send "$credentials" "$account/Usage/Records.json?Category=sms"
  expect 200 '"category":"sms"'
  (($(read_property count) >= 2)) || faults+="no usage in $body; "
  report "reads usage $who"

  send "$credentials" "$number" --request DELETE
  expect 204
  send "$credentials" "$number"
  refused 404 20404 'was not found'
  report "releases a phone number $who"
}

delete_app() {
  send "$ME" "$APP" --request DELETE
  expect 204
  same "$body" ''
  send "$ME" "$APP"
  refused 404 20404 'was not found'
  report 'deletes an app'
}

refuse_strictly() {
  send "$ME" "$APP" --request DELETE
  refused 405 20004 'Method not allowed'
  report 'refuses to delete an app'

  send "$ME" "$OWN/ConnectApps.json?PageSize=1001"
  refused 400 20007 'Page size too large'
  report 'refuses a page size over 1000'

  # One process, one connection: faster than the server's limit.
  local answers
  answers=$(curl --silent --user "$ME" "$APP?[1-100]")
  [[ $answers == *'"code":20429'* ]] || faults+="no 20429 in 100 answers; "
  report 'refuses too many requests'
}

meet_loss() {
  send "$ME" "$APP"
  refused 503 20503 'Service Unavailable'
  report 'is told that the database is away'
}

if [[ ${1-} == strict ]]; then
  refuse_strictly
elif [[ ${1-} == away ]]; then
  meet_loss
else
  read_apps
  update_app
  refuse_requests
  use_accounts
  use_authorized_apps
  meet_failures
  use_stand_ins
  delete_app
fi
exit $failed
