-- One script for every measure: wrk -s requests.lua URL -- <measure> <ids file> <body file> <key> [<first>]
-- The requests use the ids of the file one after the other, from the first line or from a given one. All lines have the
-- same length. Only a part of the file is in memory at a time. With all of a million lines in memory, Lua's garbage
-- collector ran only after as much memory again was filled, outside of the processor's caches, and this was measured as
-- the server's time.
local PART = 1024
local ids, part, at, width = nil, "", 1, 0
local body_head, body_tail, measure, counter = "", "", "", 0
local headers = { ["content-type"] = "application/json" }

-- The next part of the file, from its beginning again after its end.
local function read_part()
  local read = ids:read(PART * width)
  if not read then
    ids:seek("set", 0)
    read = ids:read(PART * width)
  end
  part, at = read, 1
end

function init(args)
  measure = args[1]
  ids = io.open(args[2])
  width = #ids:read("*l") + 1
  local count = math.floor(ids:seek("end") / width)
  local file = io.open(args[3])
  local body = file:read("*a")
  file:close()
  -- The body has one place that differs from request to request, so that every PUT changes something.
  local mark = body:find("@@", 1, true)
  if mark then body_head, body_tail = body:sub(1, mark - 1), body:sub(mark + 2) else body_head = body end
  headers["Api-Key"] = args[4]
  -- Without a seed every run would send the same values again, and a PUT of the same value changes nothing.
  math.randomseed(os.time() * 1000 + math.floor(os.clock() * 1e6) % 1000)
  counter = math.random(1000000000)
  local first = (tonumber(args[5]) or math.random(count) - 1) % count * width
  if count <= PART then
    -- All of it is held, and read over and over.
    ids:seek("set", 0)
    part, at = ids:read(count * width), first + 1
    read_part = function() at = 1 end
  else
    ids:seek("set", first)
    read_part()
  end
end

local function id()
  if at > #part then read_part() end
  local line = part:match("^%S+", at)
  at = at + width
  return line
end

function request()
  counter = counter + 1
  if measure == "put" then
    return wrk.format("PUT", "/v0/customers/" .. id(), headers, body_head .. counter .. body_tail)
  elseif measure == "post" then
    return wrk.format("POST", "/v0/customers", headers, body_head .. counter .. body_tail)
  elseif measure == "get" then
    return wrk.format("GET", "/v0/customers/" .. id(), headers)
  elseif measure == "email" then
    return wrk.format("GET", "/v0/customers?email=" .. id(), headers)
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
