#!lua flags=allow-oom
-- Undo a take whose call was never made; what has expired meanwhile needs no undoing.
-- KEYS token [lane] | ARGV gap (microseconds)
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('DECRBY', KEYS[1], ARGV[1])
end
if not KEYS[2] then
  return
end
local lane = redis.call('HMGET', KEYS[2], 'used', 'length', 'limit')
if tonumber(lane[1] or 0) > 0 then
  redis.call('HINCRBY', KEYS[2], 'used', -1)
  redis.call('HINCRBY', KEYS[2], 'next', -math.ceil(lane[2] / lane[3]))
end
