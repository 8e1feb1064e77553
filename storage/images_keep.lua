-- Keep images, and of all that are here only those of messages that wait, run or were answered.
-- KEYS images msgs turns | ARGV ttl_ms (id record)*
local images, msgs, turns = unpack(KEYS)
redis.call('HSET', images, unpack(ARGV, 2))
redis.call('PEXPIRE', images, ARGV[1])
local answered = {}
for _, turn in ipairs(redis.call('LRANGE', turns, 0, -1)) do
  for _, asked in ipairs(cjson.decode(string.match(turn, '^[^\n]*')).asked) do answered[asked[1]] = true end
end
for _, field in ipairs(redis.call('HKEYS', images)) do
  local message = string.match(field, '^(.*)/')
  if not answered[message] and redis.call('HEXISTS', msgs, message) == 0 then redis.call('HDEL', images, field) end
end
return 1
