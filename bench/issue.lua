-- POSTs {"userId":N} for wrk: the same method and the same number of bytes for every measurement, so that rates can be
-- compared. Paths have the same length, users have nine digits.
--   wrk -s bench/issue.lua URL -- PATH FIRST COUNT
-- COUNT 0: every user once, each thread with its own range. Otherwise: users FIRST .. FIRST+COUNT-1 repeatedly, in a
-- scattered order.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  local path = arguments[1] or "/v1/policies/7/coupons"
  first = tonumber(arguments[2]) or 100000000
  count = tonumber(arguments[3]) or 0
  asked = 0
  -- Formatted once; all users have nine digits, so only they change.
  local headers = { ["Content-Type"] = "application/json" }
  local sample = wrk.format("POST", path, headers, '{"userId":123456789}')
  head, tail = sample:match("^(.*)123456789(.*)$")
end

function request()
  asked = asked + 1
  local user
  if count == 0 then
    user = first + number * 50000000 + asked
  else
    user = first + (asked * 7919 + number * 104729) % count
  end
  return head .. user .. tail
end
