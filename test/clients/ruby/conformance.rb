# frozen_string_literal: true

# All that Twilio's Ruby library can do with ConnectApps, AuthorizedConnectApps and Accounts, and
# what a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares,
# and changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
# refuses instead; with `away`, what a server says that has lost its database.

require 'twilio-ruby'

ACCOUNT_SID = ENV.fetch('TWILIO_ACCOUNT_SID')
AUTH_TOKEN = ENV.fetch('TWILIO_AUTH_TOKEN')
APP_SID = ENV.fetch('CONNECT_APP_SID')
UNKNOWN_APP_SID = "CN#{'f' * 32}"
UNKNOWN_ACCOUNT_SID = "AC#{'f' * 32}"
TO = '+15558675310'
TEXT = "שלום e\u0301 👩🏽\u200d🚀 \"q\" <b>&amp;</b> 100% + 1; a=b"

def api(account_sid = ACCOUNT_SID, auth_token = AUTH_TOKEN)
  Twilio::REST::Client.new(account_sid, auth_token).api.v2010
end

def apps = api.connect_apps
def app = api.connect_apps(APP_SID)

$failed = false

def check(name)
  yield
  puts "ok #{name}"
rescue StandardError => e
  $failed = true
  puts "not ok #{name}: #{e.message.tr("\n", ' ')}"
end

def same(actual, expected)
  raise "#{actual.inspect} is not #{expected.inspect}" unless actual == expected
end

# The block must raise the library's own exception, with all three.
def refused(status, code, message)
  yield
rescue Twilio::REST::RestError => e
  same([e.status_code, e.code], [status, code])
  raise "#{message} is not in #{e.message}" unless e.message.include?(message)
else
  raise 'it was not refused'
end

def sids(records) = records.map(&:sid)

def list_apps
  all = sids(apps.list)

  check('fetches an app') do
    fetched = app.fetch
    same([fetched.sid, fetched.account_sid], [APP_SID, ACCOUNT_SID])
    same(fetched.uri, "/2010-04-01/Accounts/#{ACCOUNT_SID}/ConnectApps/#{APP_SID}.json")
  end

  check('lists without a limit') do
    same(all.uniq.size, 7)
    same(all.include?(APP_SID), true)
  end

  check('lists up to a limit') { same(sids(apps.list(limit: 2)), all.first(2)) }

  check('lists up to a limit over 1000') { same(sids(apps.list(limit: 2000)), all) }

  check('lists with a page size') do
    same(sids(apps.list(page_size: 3)), all)
    same(sids(apps.list(limit: 5, page_size: 3)), all.first(5))
  end

  check('iterates lazily over three pages') { same(sids(apps.stream(page_size: 3)), all) }

  check('turns to the next page and back') do
    first = apps.page(page_size: 3)
    same(first.previous_page_url, nil)
    second = first.next_page
    same(sids(second), all[3, 3])
    third = second.next_page
    same(sids(third), all[6, 1])
    same(third.next_page_url, nil)
    same(sids(second.previous_page), all.first(3))
  end

  check('opens a page by its link') do
    same(sids(apps.get_page(apps.page(page_size: 3).next_page_url)), all[3, 3])
  end
end

CHANGES = {
  'AuthorizeRedirectUrl' => [:authorize_redirect_url, 'https://app.example.com/back?a=1&b=%20'],
  'CompanyName' => [:company_name, 'Example & Sons'],
  'DeauthorizeCallbackMethod' => [:deauthorize_callback_method, 'POST'],
  'DeauthorizeCallbackUrl' => [:deauthorize_callback_url, 'https://app.example.com/bye'],
  'Description' => [:description, 'What it does'],
  'FriendlyName' => [:friendly_name, '🎉' * 64],
  'HomepageUrl' => [:homepage_url, 'https://app.example.com/'],
  'Permissions' => [:permissions, ['get-all']]
}.freeze

def update_app
  CHANGES.each do |name, (property, value)|
    check("updates #{name}") do
      same(app.update(property => value).public_send(property), value)
      same(app.fetch.public_send(property), value)
    end
  end

  check('updates all properties at once') do
    app.update(description: 'Another', permissions: ['post-all'])
    updated = app.update(**CHANGES.values.to_h)
    CHANGES.each_value { |property, value| same(updated.public_send(property), value) }
  end

  check('puts permissions in their order') do
    [%w[post-all get-all], %w[get-all post-all]].each do |permissions|
      same(app.update(permissions: permissions).permissions, %w[get-all post-all])
    end
  end

  check('clears a text') do
    cleared = app.update(description: '')
    same([cleared.description, cleared.company_name], [nil, 'Example & Sons'])
  end

  check('clears a URL') { same(app.update(homepage_url: '').homepage_url, nil) }

  check('keeps every character') do
    same(app.update(description: TEXT).description, TEXT)
    same(app.fetch.description, TEXT)
  end
end

def refuse_requests
  wrong = api(ACCOUNT_SID, 'f' * 32)

  check('refuses a wrong token') do
    refused(401, 20_003, 'Authenticate') { wrong.connect_apps(APP_SID).fetch }
  end
  check('refuses a wrong token on a list') do
    refused(401, 20_003, 'Authenticate') { wrong.connect_apps.list }
  end
  check('refuses an unknown account') do
    refused(401, 20_003, 'Authenticate') { api(UNKNOWN_ACCOUNT_SID).connect_apps.list }
  end
  check('does not find an unknown app') do
    message = "/ConnectApps/#{UNKNOWN_APP_SID}.json was not found"
    refused(404, 20_404, message) { api.connect_apps(UNKNOWN_APP_SID).fetch }
  end
  check('does not find a malformed SID') do
    message = '/ConnectApps/CN1.json was not found'
    refused(404, 20_404, message) { api.connect_apps('CN1').fetch }
  end
  check("does not find another account's apps") do
    refused(404, 20_404, 'was not found') { api.accounts(UNKNOWN_ACCOUNT_SID).connect_apps.list }
  end
  check('refuses an empty friendly name') do
    refused(400, 20_002, 'Invalid FriendlyName') { app.update(friendly_name: '') }
  end
  check('refuses a long friendly name') do
    refused(400, 20_002, 'Invalid FriendlyName') { app.update(friendly_name: 'x' * 65) }
  end
  check('refuses a URL that is not one') do
    refused(400, 20_422, 'HomepageUrl') { app.update(homepage_url: 'nonsense') }
  end
  check('refuses a method other than GET and POST') do
    refused(400, 20_422, 'DeauthorizeCallbackMethod') do
      app.update(deauthorize_callback_method: 'PUT')
    end
  end
  check('refuses an unknown permission') do
    refused(400, 20_422, 'Permissions') { app.update(permissions: ['put-all']) }
  end
  check('refuses a page size of 0') do
    refused(400, 20_422, 'PageSize') { apps.page(page_size: 0) }
  end
  check('refuses a page token that it did not give') do
    refused(400, 21_481, 'Invalid PageToken') { apps.page(page_token: 'nonsense') }
  end
  check('refuses a request that is too large') do
    refused(413, 20_413, '') { app.update(description: 'x' * 200_000) }
  end
end

def use_accounts
  check('tests the certificate') do
    client = Twilio::REST::Client.new(ACCOUNT_SID, AUTH_TOKEN)
    same(client.validate_ssl_certificate, nil)
  end

  check('fetches the account') do
    account = api.accounts(ACCOUNT_SID).fetch
    same([account.sid, account.status, account.type], [ACCOUNT_SID, 'active', 'Full'])
  end

  child = api.accounts.create(friendly_name: 'Child of Ruby')
  as_child = api(child.sid, child.auth_token)

  check('creates a subaccount') do
    same([child.owner_account_sid, child.status], [ACCOUNT_SID, 'active'])
    same(as_child.connect_apps.list, [])
  end

  check('lists accounts') { same([ACCOUNT_SID, child.sid] - sids(api.accounts.list), []) }

  check('lists accounts by name') do
    same(sids(api.accounts.list(friendly_name: 'Child of Ruby')), [child.sid])
  end

  check('renames a subaccount') do
    same(api.accounts(child.sid).update(friendly_name: TEXT).friendly_name, TEXT)
  end

  check("opens a subaccount's path with its parent's token") do
    same(api.accounts(child.sid).connect_apps.list, [])
  end

  check('refuses a suspended account') do
    api.accounts(child.sid).update(status: 'suspended')
    refused(403, 20_005, 'Account not active') { as_child.connect_apps.list }
  end

  check('refuses a closed account') do
    api.accounts(child.sid).update(status: 'closed')
    refused(401, 20_003, 'Authenticate') { as_child.connect_apps.list }
  end
end

def use_authorized_apps
  account_sid = ENV.fetch('CUSTOMER_SID')
  customer = api(account_sid, ENV.fetch('CUSTOMER_TOKEN'))
  reader = api(ENV.fetch('READER_SID'), AUTH_TOKEN)
  writer = api(ENV.fetch('WRITER_SID'), AUTH_TOKEN)
  revoked = api(ENV.fetch('REVOKED_SID'), AUTH_TOKEN)
  found = ->(**options) { customer.authorized_connect_apps.list(**options).map(&:connect_app_sid) }

  check('lists authorized apps') do
    all = found.call
    same(all.uniq.size, 4)
    same(found.call(limit: 2), all.first(2))
    same(found.call(page_size: 1), all)
  end

  check('fetches an authorized app') do
    one = customer.authorized_connect_apps(ENV.fetch('READER_APP_SID')).fetch
    same([one.account_sid, one.permissions], [ENV.fetch('READER_SID'), ['get-all']])
    same(one.connect_app_friendly_name, 'App 0')
  end

  check('does not find an app that was not authorized') do
    refused(404, 20_404, 'was not found') { customer.authorized_connect_apps(APP_SID).fetch }
  end

  check("reads its customer's account as an authorized app") do
    account = reader.accounts(account_sid).fetch
    same([account.sid, account.auth_token], [account_sid, nil])
  end

  check('is refused without get-all') do
    account = writer.accounts(account_sid)
    refused(403, 20_006, 'Access Denied') { account.fetch }
    refused(401, 20_003, 'Authenticate') { account.connect_apps.list }
  end

  check('is refused after a deauthorization') do
    refused(403, 20_006, 'Access Denied') { revoked.accounts(ENV.fetch('REVOKED_SID')).fetch }
    refused(401, 20_003, 'Authenticate') { revoked.connect_apps.list }
  end

  validator = Twilio::Security::RequestValidator.new(AUTH_TOKEN)
  check('validates a real POST callback') do
    parameters = {
      'AccountSid' => ENV.fetch('CALLBACK_ACCOUNT_SID'),
      'ConnectAppSid' => ENV.fetch('CALLBACK_CONNECT_APP_SID')
    }
    signature = ENV.fetch('CALLBACK_POST_SIGNATURE')
    same(validator.validate(ENV.fetch('CALLBACK_POST_URL'), parameters, signature), true)
  end

  check('validates a real GET callback') do
    signature = ENV.fetch('CALLBACK_GET_SIGNATURE')
    same(validator.validate(ENV.fetch('CALLBACK_GET_URL'), {}, signature), true)
  end
end

# Of a 5xx, the library keeps the status alone.
def meet_failures
  broken = ENV.fetch('BROKEN_SID')

  check('is told of a failure of the server') do
    refused(500, 500, 'Server error') { api(broken, ENV.fetch('BROKEN_TOKEN')).accounts(broken).fetch }
  end
end

def meet_loss
  check('is told that the database is away') { refused(503, 503, 'Server error') { app.fetch } }
end

def validate_callbacks
  url = 'https://app.example.com/twilio/deauthorize'
  parameters = { 'AccountSid' => "AC#{'1' * 32}", 'ConnectAppSid' => "CN#{'2' * 32}" }
  signature = 'aFn3woBVSlAf3geDcx8j2NsFT38='
  validator = Twilio::Security::RequestValidator.new('0123456789abcdef0123456789abcdef')

  check('validates a POST callback') { same(validator.validate(url, parameters, signature), true) }

  check('validates a GET callback') do
    query = parameters.map { |pair| pair.join('=') }.join('&')
    same(validator.validate("#{url}?#{query}", {}, 'lhlOUFlRjCaaNOVx84/7XX+/vZw='), true)
  end

  check("validates Twilio's documented request") do
    called = 'https://mycompany.com/myapp.php?foo=1&bar=2'
    call = {
      'CallSid' => 'CA1234567890ABCDE',
      'Caller' => '+12349013030',
      'Digits' => '1234',
      'From' => '+12349013030',
      'To' => '+18005551212'
    }
    documented = Twilio::Security::RequestValidator.new('12345')
    same(documented.validate(called, call, '0/KCTR6DLpKmkAf8muzZqo1nDgQ='), true)
  end

  check('rejects a forged callback') do
    forged = parameters.merge('AccountSid' => UNKNOWN_ACCOUNT_SID)
    same(validator.validate(url, forged, signature), false)
  end
end

def use_stand_ins
  reader = api(ENV.fetch('READER_SID'))

  act(api, 'as an account')
  act(api(ENV.fetch('WRITER_SID')), 'as an app with post-all')

  check('reads messages as an app with get-all') do
    customer = reader.accounts(ENV.fetch('CUSTOMER_SID'))
    same([reader.messages.list, customer.messages.list], [[], []])
  end

  check('does not act as an app with get-all') do
    [
      -> { reader.incoming_phone_numbers.create(area_code: '415') },
      -> { reader.messages.create(to: TO, from: TO, body: 'Hello') },
      -> { reader.calls.create(to: TO, from: TO, twiml: '<Response/>') }
    ].each { |call| refused(403, 20_006, 'Access Denied', &call) }
  end

  key = api.account.new_keys.create(friendly_name: 'Ruby')
  with_key = Twilio::REST::Client.new(key.sid, key.secret, ACCOUNT_SID).api.v2010
  act(with_key, 'with an API key')

  check('refuses an API key for accounts') do
    refused(401, 20_003, 'Authenticate') { with_key.accounts.list }
  end

  check('refuses a deleted API key') do
    same(api.account.keys(key.sid).delete, true)
    refused(401, 20_003, 'Authenticate') { with_key.messages.list }
  end
end

# From the search for a number to the bill; `who` ends the name of each check.
def act(service, who)
  account = service.account
  local = account.available_phone_numbers('US').local
  search = -> { local.list(area_code: 415, limit: 5).map(&:phone_number) }
  sender = search.call.first
  number = account.incoming_phone_numbers.create(phone_number: sender)

  check("buys a phone number #{who}") do
    same([number.phone_number, number.capabilities['sms']], [sender, true])
    same(sids(account.incoming_phone_numbers.list(phone_number: sender)), [number.sid])
    same(search.call.include?(sender), false)
  end

  check("configures a phone number #{who}") do
    url = 'https://app.example.com/sms'
    changed = number.update(sms_url: url, sms_method: 'GET')
    same([changed.sms_url, changed.sms_method], [url, 'GET'])
    cleared = number.update(sms_url: '')
    same([cleared.sms_url, cleared.sms_method], ['', 'GET'])
  end

  check("sends a message #{who}") do
    sent = account.messages.create(to: TO, from: sender, body: 'Hello')
    same([sent.status, sent.body, sent.num_segments], %w[queued Hello 1])
    sleep 0.1 until sent.fetch.status == 'delivered'
  end

  check("lists messages #{who}") do
    second = account.messages.create(to: TO, from: sender, body: 'Hello again')
    listed = sids(account.messages.list(from: sender, page_size: 1, limit: 2))
    same([listed.size, listed.first], [2, second.sid])
  end

  check("makes a call #{who}") do
    call = account.calls.create(to: TO, from: sender, twiml: '<Response/>')
    same([call.status, call.to], ['queued', TO])
    same(call.update(status: 'completed').status, 'completed')
  end

  check("reads usage #{who}") do
    sms = account.usage.records.list(category: 'sms').first
    same(Integer(sms.count) >= 2, true)
  end

  check("releases a phone number #{who}") do
    same(number.delete, true)
    refused(404, 20_404, 'was not found') { account.incoming_phone_numbers(number.sid).fetch }
  end
end

def delete_app
  check('deletes an app') do
    same(app.delete, true)
    refused(404, 20_404, 'was not found') { app.fetch }
  end
end

def refuse_strictly
  check('refuses to delete an app') do
    refused(405, 20_004, 'Method not allowed') { app.delete }
  end
  check('refuses a page size over 1000') do
    refused(400, 20_007, 'Page size too large') { apps.page(page_size: 1001) }
  end
  check('refuses too many requests') do
    refused(429, 20_429, '') { 100.times { app.fetch } }
  end
end

if ARGV == ['strict']
  refuse_strictly
elsif ARGV == ['away']
  meet_loss
else
  list_apps
  update_app
  refuse_requests
  use_accounts
  use_authorized_apps
  meet_failures
  validate_callbacks
  use_stand_ins
  delete_app
end
exit(!$failed)
