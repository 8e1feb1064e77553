-- Ask for a stop: of the running answer, or of the one message that is named, by any of its parts too.
-- KEYS due inbox msgs answer stop | ARGV conversation id why stop_ms bus signal
local due, inbox, msgs, answer, stop = unpack(KEYS)
local conversation, id = ARGV[1], ARGV[2]
local running = false
for _, one in ipairs(cjson.decode(redis.call('HGET', answer, 'ids') or '[]')) do
  running = running or id == '' or one == id
end
for _, part in ipairs(redis.call('HVALS', answer)) do running = running or part == id end
if not running and id ~= '' then -- it only waits
  if redis.call('ZREM', inbox, id) == 0 then return 'idle' end
  redis.call('HDEL', msgs, id)
  if redis.call('ZCARD', inbox) == 0 then
    redis.call('ZREM', due, conversation)
    redis.call('HDEL', stop, conversation) -- meant for this one, not for the next
  end
  return 'removed'
end
if redis.call('ZCARD', inbox) == 0 then return 'idle' end
if redis.call('HGET', stop, conversation) ~= 'deleted' then redis.call('HSET', stop, conversation, ARGV[3]) end
redis.call('PEXPIRE', stop, ARGV[4])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 'stopping'
