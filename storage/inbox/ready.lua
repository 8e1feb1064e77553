-- The conversations that may be taken now, the longest due first.
-- KEYS due | ARGV limit furthest_ms
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local furthest = now + ARGV[2]
-- A clock that jumped must not park a conversation for years.
for _, conversation in ipairs(redis.call('ZRANGE', KEYS[1], '+inf', '(' .. furthest, 'BYSCORE', 'REV', 'LIMIT', 0, 10)) do
  redis.call('ZADD', KEYS[1], furthest, conversation)
end
return redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
