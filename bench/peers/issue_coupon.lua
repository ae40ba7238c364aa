-- Returns -1 for a user who has a coupon, 0 without stock, otherwise the stock before.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return -1 end
local stock = tonumber(redis.call('GET', KEYS[2]))
if stock <= 0 then return 0 end
redis.call('DECR', KEYS[2])
redis.call('SADD', KEYS[1], ARGV[1])
return stock
