#!lua flags=allow-oom
-- Prolong leases; an expired one that nobody took lives on.
-- KEYS due owner stop | ARGV lease_ms owner_ms (conversation fence)*
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local states = {}
for i = 3, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then
    redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i])
    states[#states + 1] = redis.call('HGET', KEYS[3], ARGV[i]) or ''
  else
    states[#states + 1] = '!lost'
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return states
