#!lua flags=allow-oom
-- Charge what an answer cost in place of what was set aside for it, on the day that it was; once.
-- KEYS held running today yesterday | ARGV id day amount attempt held_ms, then the budgets
local held, running, today, yesterday = unpack(KEYS)
local day, aside = unpack(redis.call('HMGET', held, 'day', 'amount'))

redis.call('ZREM', running, ARGV[1])
redis.call('HDEL', held, 'day', 'amount')
redis.call('HSET', held, 'settled', ARGV[4])
redis.call('PEXPIRE', held, ARGV[5])
if not day then return end
local spent = day == ARGV[2] and today or yesterday
for i = 6, #ARGV do redis.call('HINCRBY', spent, ARGV[i], ARGV[3] - aside) end
