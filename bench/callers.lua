-- POSTs {"userId":N} for wrk, with or without a credential: user FIRST + i % USERS asks for policy POLICY + i / USERS, so that every
-- request can win and each user comes back.
--   wrk -s bench/callers.lua URL -- POLICY FIRST USERS CREDENTIALS
-- CREDENTIALS: "-" for none; a file with one line, which every request sends; or a file with one line for each user.
function init(arguments)
  policy, first, users = tonumber(arguments[1]), tonumber(arguments[2]), tonumber(arguments[3])
  asked = 0
  credentials = {}
  if arguments[4] ~= "-" then
    for line in io.lines(arguments[4]) do
      credentials[#credentials + 1] = "Authorization: Bearer " .. line .. "\r\n"
    end
  end
end

function request()
  local user = asked % users
  local path = policy + math.floor(asked / users)
  local credential = credentials[user + 1] or credentials[1] or ""
  asked = asked + 1
  return "POST /v1/policies/" .. path .. "/coupons HTTP/1.1\r\nHost: localhost\r\n" .. credential ..
         "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"userId\":" .. first + user .. "}"
end
