-- One script for every measure: wrk -s requests.lua URL -- <measure> <ids file> <body file> <key> [scatter]
-- With "scatter" each request is about any of the ids, otherwise about one after the other.
-- The ids stay one string, whose lines are equally long: a table of a million is work for Lua's collector in every round, which would be
-- measured as the server's.
local lines, width, count, body_head, body_tail, measure, counter = "", 0, 0, "", "", "", 0
local headers = { ["content-type"] = "application/json" }

function init(args)
  measure = args[1]
  local ids = io.open(args[2])
  lines = ids:read("a")
  ids:close()
  width = lines:find("\n", 1, true)
  count = math.floor(#lines / width)
  local file = io.open(args[3])
  local body = file:read("a")
  file:close()
  -- The body has one place that differs from request to request, so that every PUT changes something.
  local at = body:find("@@", 1, true)
  if at then body_head, body_tail = body:sub(1, at - 1), body:sub(at + 2) else body_head = body end
  headers["Api-Key"] = args[4]
  scatter = args[5] == "scatter"
  -- Without a seed every run would send the same values again, and a PUT of the same value changes nothing.
  math.randomseed(os.time() * 1000 + math.floor(os.clock() * 1e6) % 1000)
  counter = math.random(1000000000)
  order = math.random(count)
end

local function id(number)
  return lines:match("^%S+", (number - 1) * width + 1)
end

function request()
  counter = counter + 1
  order = scatter and math.random(count) or order % count + 1
  local path = "/v0/customers/" .. id(order)
  if measure == "put" then
    return wrk.format("PUT", path, headers, body_head .. counter .. body_tail)
  elseif measure == "post" then
    return wrk.format("POST", "/v0/customers", headers, body_head .. counter .. "-" .. order .. body_tail)
  elseif measure == "get" then
    return wrk.format("GET", path, headers)
  elseif measure == "email" then
    return wrk.format("GET", "/v0/customers?email=" .. id(order), headers)
  elseif measure == "list" then
    return wrk.format("GET", "/v0/customers?limit=20", headers)
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %d, "micros": %d, "p50": %d, "p99": %d, "status": %d, "other": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status,
    e.connect + e.read + e.write + e.timeout))
end
