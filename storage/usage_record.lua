#!lua flags=allow-oom
-- Adds what one turn used to the sums of its day, once; a full store must still let turns end.
-- KEYS: the turns that were counted, the day. ARGV: the turn, milliseconds for which it is
-- remembered, seconds for which the day is kept, then field and amount in pairs.
-- Returns 1 when it was added, 0 when it had been before.
local counted, day = KEYS[1], KEYS[2]
local turn, memory, kept = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

redis.call('ZREMRANGEBYSCORE', counted, '-inf', now - memory)
if redis.call('ZADD', counted, now, turn) == 0 then
  return 0
end
redis.call('PEXPIRE', counted, memory)
for i = 4, #ARGV, 2 do
  redis.call('HINCRBY', day, ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', day, kept)
return 1
