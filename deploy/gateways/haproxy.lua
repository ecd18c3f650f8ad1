-- Asks connect-apps whether a request may pass. Whatever is not a 200 with an identity is a refusal.

local URL = "http://127.0.0.1:2011/connect/v1/decide/forwarded"
local TOKEN = "the-token-of-the-gateway"
-- HAProxy asks four times: a second in all.
local TIMEOUT_MS = 250
local OVERRIDES = { "x-http-method-override", "x-http-method", "x-method-override" }
local DOWN = '{"code":20503,"message":"Service Unavailable",'
  .. '"more_info":"https://www.twilio.com/docs/errors/20503","status":503}'

local function all(headers, name)
  local values = {}
  for index = 0, #(headers[name] or {}) do
    values[#values + 1] = headers[name] and headers[name][index]
  end
  return values
end

local function refuse(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, value in pairs(headers) do
    reply:add_header(name, value)
  end
  reply:set_body(body)
  txn:done(reply)
end

core.register_action("connect_decide", { "http-req" }, function(txn)
  local sent = txn.http:req_get_headers()
  -- A target of HTTP/2 is told with its host, and sent on without.
  local target = txn.f:req_ver() == "2.0" and txn.f:pathq() or txn.f:url()
  local asked = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-uri"] = { target },
    ["x-connect-gateway-token"] = { TOKEN },
  }
  -- Every one of them: two of them are refused.
  local authorization = all(sent, "authorization")
  if #authorization > 0 then
    asked["authorization"] = authorization
  end
  for _, name in ipairs(OVERRIDES) do
    if sent[name] then
      asked[name] = all(sent, name)
    end
  end
  local answer = core.httpclient():get({ url = URL, headers = asked, timeout = TIMEOUT_MS })
  local identity = answer and answer.headers and all(answer.headers, "x-connect-identity")[1]
  if answer and answer.status == 200 and identity then
    txn.http:req_set_header("x-connect-identity", identity)
    txn.http:req_set_header("twilio-request-id", all(answer.headers, "twilio-request-id")[1] or "")
    return
  end
  local reason = answer and answer.headers and all(answer.headers, "x-connect-reason")[1]
  if not reason or answer.status < 400 then
    return refuse(txn, 503, { ["content-type"] = "application/json", ["retry-after"] = "1" }, DOWN)
  end
  local headers = {}
  for _, name in ipairs({ "content-type", "cache-control", "twilio-request-id", "x-connect-reason",
    "www-authenticate", "retry-after" }) do
    headers[name] = all(answer.headers, name)[1]
  end
  refuse(txn, answer.status, headers, answer.body or "")
end)
