#!lua flags=allow-oom
-- Set aside what one answer may cost, if every limit allows it; set aside before, it stays as it is.
-- A full store must still let accepted questions come to their answers.
-- KEYS held asked running spent
-- ARGV id day amount hour_ms questions slot_ms at_once held_ms spent_ms attempt, then budget and limit in pairs; '' is no limit
-- Returns nothing, or what denies it and the milliseconds until the person may ask again.
local held, asked, running, spent = unpack(KEYS)
local id, amount, hour, questions, at_once = ARGV[1], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[7]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

-- A request that was frozen on its way: its answer was settled by this attempt or a later one.
local settled = redis.call('HGET', held, 'settled')
if settled and tonumber(ARGV[10]) <= tonumber(settled) then return {} end

local function full(set, limit)
  return limit ~= '' and not redis.call('ZSCORE', set, id) and redis.call('ZCARD', set) >= tonumber(limit)
end

redis.call('ZREMRANGEBYSCORE', asked, '-inf', now - hour)
if full(asked, questions) then -- until so many have left the hour that one more fits
  local leaving = redis.call('ZRANGE', asked, -questions, -questions, 'WITHSCORES')
  return {'questions', leaving[2] + hour - now}
end
redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
if full(running, at_once) then return {'at_once', 0} end

if redis.call('HEXISTS', held, 'day') == 0 then
  for i = 11, #ARGV, 2 do
    local limit, used = ARGV[i + 1], redis.call('HGET', spent, ARGV[i]) or 0
    if amount > 0 and limit ~= '' and used + amount > tonumber(limit) then return {ARGV[i], 0} end
  end
  for i = 11, #ARGV, 2 do redis.call('HINCRBY', spent, ARGV[i], amount) end
  redis.call('PEXPIRE', spent, ARGV[9])
  redis.call('HSET', held, 'day', ARGV[2], 'amount', amount)
  redis.call('PEXPIRE', held, ARGV[8])
end
redis.call('ZADD', asked, 'NX', now, id)
redis.call('PEXPIRE', asked, hour)
redis.call('ZADD', running, now + ARGV[6], id)
redis.call('PEXPIRE', running, ARGV[6])
return {}
