#!lua flags=allow-oom
-- Charge what an answer cost in place of what was set aside for it, on the day that it was; once.
-- KEYS held running today yesterday | ARGV id day amount, then the budgets
local held, running, today, yesterday = unpack(KEYS)
local day, aside = unpack(redis.call('HMGET', held, 'day', 'amount'))

redis.call('ZREM', running, ARGV[1])
if not day then return end
redis.call('DEL', held)
local spent = day == ARGV[2] and today or yesterday
for i = 4, #ARGV do redis.call('HINCRBY', spent, ARGV[i], ARGV[3] - aside) end
