-- Keep a message until it is answered: once, however often and by whomever it is brought.
-- KEYS due inbox msgs talk of seen channels stop
-- ARGV conversation id at record follow_up cap refusal channel bus wake seen_ms inbox_ms talk_ms channels_ms stop_ms stop_signal
-- A refusal 'stop' is a wish to stop what runs. Half a millisecond more in an inbox: it had to wait.
local due, inbox, msgs, talk, of, seen, channels, stop = unpack(KEYS)
local conversation, id, follow_up, refusal, channel = ARGV[1], ARGV[2], ARGV[5] == '1', ARGV[7], ARGV[8]
local seen_ms, inbox_ms, talk_ms, channels_ms = ARGV[11], ARGV[12], ARGV[13], ARGV[14]
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

if redis.call('ZSCORE', seen, id) then return {'duplicate'} end
local known = redis.call('HMGET', talk, 'epoch', 'since')
local early = tonumber(ARGV[3]) <= tonumber(known[2] or -1) -- the conversation began behind it
if follow_up and (not known[1] or early) then return {'unknown'} end

redis.call('ZADD', seen, now, id)
redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - seen_ms)
redis.call('PEXPIRE', seen, seen_ms)
local before = redis.call('ZCARD', inbox)
if refusal == 'stop' then
  if before == 0 then return {'idle'} end
  if redis.call('HGET', stop, conversation) ~= 'deleted' then redis.call('HSET', stop, conversation, 'user') end
  redis.call('PEXPIRE', stop, ARGV[15])
  redis.call('PUBLISH', ARGV[9], ARGV[16])
  return {'stopping'}
end
if refusal ~= '' then return {'refused'} end
if before >= tonumber(ARGV[6]) then return {'full'} end

redis.call('ZADD', inbox, ARGV[3] + (before > 0 and 0.5 or 0), id)
redis.call('PEXPIRE', inbox, inbox_ms)
redis.call('HSET', msgs, id, ARGV[4])
redis.call('PEXPIRE', msgs, inbox_ms)
if not follow_up then redis.call('HSETNX', talk, 'epoch', t[1] * 1000000 + t[2]) end
if early or not known[1] then redis.call('HSET', talk, 'since', ARGV[3]) end
redis.call('PEXPIRE', talk, talk_ms)
redis.call('SET', of, conversation, 'PX', talk_ms)
redis.call('ZADD', channels, now, channel)
redis.call('ZREMRANGEBYSCORE', channels, '-inf', now - channels_ms)
redis.call('PEXPIRE', channels, channels_ms)
redis.call('ZADD', due, 'NX', now, conversation) -- one that runs already is due again at its commit
redis.call('PEXPIRE', due, inbox_ms)
redis.call('PUBLISH', ARGV[9], ARGV[10])
return {before > 0 and 'queued' or 'accepted'}
