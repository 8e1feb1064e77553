#!lua flags=allow-oom
-- Undo a take whose call was never made; what has expired meanwhile needs no undoing.
-- KEYS token [lane] | ARGV gap (microseconds)
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('DECRBY', KEYS[1], ARGV[1])
end
if not KEYS[2] then
  return
end
if tonumber(redis.call('HGET', KEYS[2], 'used') or 0) > 0 then
  redis.call('HINCRBY', KEYS[2], 'used', -1)
end
