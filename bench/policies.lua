-- POSTs {"userId":N} to many policies in turn for wrk, each request with a new user.
--   wrk -s bench/policies.lua URL -- POLICIES FIRST
-- Policies are 1 .. POLICIES, users FIRST, FIRST+1, …
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  policies = tonumber(arguments[1])
  user = tonumber(arguments[2]) + number * 50000000
  policy = 0
end

function request()
  user = user + 1
  policy = policy % policies + 1
  return wrk.format("POST", "/v1/policies/" .. policy .. "/coupons", { ["Content-Type"] = "application/json" }, '{"userId":' .. user .. "}")
end
