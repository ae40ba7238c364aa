-- The main scenario for wrk: 10,000 users send two requests each for the 1,000 coupons of a policy: 20,000 requests at
-- the highest rate. Then the connections stay idle until wrk's time is over, and the answers are counted.
--   wrk -t2 -c256 -d10s -s bench/burst.lua http://127.0.0.1:8080 -- POLICY [USERS]
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
  for _, other in ipairs(threads) do other:set("of", #threads) end
end

function init(arguments)
  policy = arguments[1] or "1"
  users = tonumber(arguments[2]) or 10000
  asked, promised = number, number
  success, again, refused, other = 0, 0, 0, 0
  low, high = 0, 0
  headers = { ["Content-Type"] = "application/json" }
end

-- User 1, 2, … and then all of them again. Each thread sends every of-th request.
function request()
  local user = asked % users + 1
  asked = asked + of
  return wrk.format("POST", "/v1/policies/" .. policy .. "/coupons", headers, '{"userId":' .. user .. "}")
end

-- Milliseconds to wait before the next request. wrk calls this for many connections before the first request.
function delay()
  if promised >= 2 * users then return 3600 * 1000 end
  promised = promised + of
  return 0
end

function response(status, _, body)
  if status == 201 then
    success = success + 1
    local sequence = tonumber(body:match('"sequence":(%d+)'))
    if low == 0 or sequence < low then low = sequence end
    if sequence > high then high = sequence end
  elseif status == 200 then
    again = again + 1
  elseif status == 409 then
    refused = refused + 1
  else
    other = other + 1
  end
end

function done(_, latency)
  local sum = { success = 0, again = 0, refused = 0, other = 0 }
  local lowest, highest = 0, 0
  for _, thread in ipairs(threads) do
    for name in pairs(sum) do sum[name] = sum[name] + thread:get(name) end
    local low, high = thread:get("low"), thread:get("high")
    if low > 0 and (lowest == 0 or low < lowest) then lowest = low end
    if high > highest then highest = high end
  end
  local all = sum.success + sum.again + sum.refused + sum.other
  print(string.format("answers %d: SUCCESS %d (sequences %d..%d), ALREADY_ISSUED %d, refused %d, other %d",
    all, sum.success, lowest, highest, sum.again, sum.refused, sum.other))
  print(string.format("latency: median %.1f ms, 99%% %.1f ms, most %.1f ms",
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
