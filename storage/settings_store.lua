-- Sets or removes one setting of one scope, and tells every process.
-- KEYS: the scope's record. ARGV: our version, bus, message, name, then the value (none: remove it).
-- Returns {1, what it was or nil}, or {0} where a version beyond the next one wrote the record.
local record = KEYS[1]
local version, bus, message, name, value = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local found = tonumber(redis.call('HGET', record, 'v') or version)
if found > version + 1 then
  return {0}
end

local old = redis.call('HGET', record, name)
if value then
  redis.call('HSET', record, 'v', math.max(found, version), name, value)
else
  redis.call('HDEL', record, name)
  if redis.call('HLEN', record) == 1 then -- the version alone
    redis.call('DEL', record)
  end
end
redis.call('PUBLISH', bus, message)
return {1, old}
