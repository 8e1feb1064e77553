#!lua flags=allow-oom
-- Give a conversation up unanswered: at a shutdown, or to try again later.
-- KEYS due owner answer | ARGV conversation fence refund delay_ms bus wake
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], now + ARGV[4], ARGV[1])
if ARGV[3] == '1' then redis.call('HINCRBY', KEYS[3], 'attempt', -1) end
if ARGV[4] == '0' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
return 1
