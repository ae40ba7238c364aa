-- Commands of coupons for wrk, with a key: command i is for the coupon with sequence i % COUPONS + 1 of policy POLICY + i / COUPONS, by
-- an order of its own, so that every command is accepted.
--   wrk -s bench/life.lua URL -- KIND POLICY COUPONS KEY_FILE
-- KIND: reserve, use or cancel.
function init(arguments)
  kind, policy, coupons = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
  for line in io.lines(arguments[4]) do
    credential = "Authorization: Bearer " .. line .. "\r\n"
  end
  hold = kind == "reserve" and ',"holdFor":"PT10M"' or ""
  given = 0
end

function request()
  local path = policy + math.floor(given / coupons)
  local sequence = given % coupons + 1
  given = given + 1
  local body = '{"reference":"order-2026-' .. 1000000000 + given .. '"' .. hold .. "}"
  return "POST /v1/policies/" .. path .. "/coupons/" .. sequence .. "/" .. kind .. " HTTP/1.1\r\nHost: localhost\r\n" .. credential ..
         "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end
