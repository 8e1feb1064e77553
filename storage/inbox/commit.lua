#!lua flags=allow-oom
-- End the turn: into the history, out of the inbox, lease given up, due again if more wait.
-- KEYS due owner inbox msgs answer turns stop talk
-- ARGV conversation fence revision turn keep turns_ms talk_ms bus wake
local due, owner, inbox, msgs, answer, turns, stop, talk = unpack(KEYS)
local conversation, fence, turn = ARGV[1], ARGV[2], ARGV[4]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

if redis.call('HGET', owner, conversation) ~= fence then
  if redis.call('HGET', talk, 'last') == fence then return 'already' end
  for _, past in ipairs(redis.call('LRANGE', turns, 0, -1)) do
    if cjson.decode(string.match(past, '^[^\n]*')).fence == fence then return 'already' end
  end
  return 'stale'
end
if (redis.call('HGET', answer, 'rev') or '0') ~= ARGV[3] then return 'revised' end

local epoch = redis.call('HGET', talk, 'epoch')
if turn ~= '' and epoch and redis.call('HGET', answer, 'epoch') == epoch then -- no reset meanwhile
  local length = redis.call('RPUSH', turns, turn)
  redis.call('LTRIM', turns, math.max(0, length - ARGV[5]), -1)
  redis.call('PEXPIRE', turns, ARGV[6])
  redis.call('HINCRBY', talk, 'turns', 1)
  redis.call('PEXPIRE', talk, ARGV[7])
end
if epoch then redis.call('HSET', talk, 'last', fence) end
local ids = cjson.decode(redis.call('HGET', answer, 'ids'))
redis.call('ZREM', inbox, unpack(ids))
redis.call('HDEL', msgs, unpack(ids))
redis.call('DEL', answer)
redis.call('HDEL', owner, conversation)
redis.call('HDEL', stop, conversation)
if redis.call('ZCARD', inbox) == 0 then
  redis.call('ZREM', due, conversation)
  return 'done'
end
redis.call('ZADD', due, now, conversation)
redis.call('PUBLISH', ARGV[8], ARGV[9])
return 'more'
