-- An edit (a record) or a delete ('') of a message, wherever on its way it is; or a wish to have
-- the newest turn once more (mode 'redo'), named by any of its messages or by none.
-- KEYS due inbox msgs answer turns stop talk seen images
-- ARGV conversation id revision record bus stop_signal wake seen_ms inbox_ms stop_ms mode redo_ms
local due, inbox, msgs, answer, turns, stop, talk, seen, images = unpack(KEYS)
local conversation, id, revision, record = ARGV[1], ARGV[2], tonumber(ARGV[3]) or 0, ARGV[4]
local delete = record == ''
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local function content(kept)
  local message = cjson.decode(string.match(kept, '^[^\n]*\n[^\n]*\n%d+ (.*)$'))
  return message.text .. '\n' .. #(message.attachments or {})
end

local function old(kept) -- the edit was known before, or something newer; or it changed no word
  if delete then return false end
  return revision <= (tonumber(string.match(kept, '^[^\n]*')) or 0) or content(kept) == content(record)
end

local function drop(message) -- its images: an edit may have put others in their place
  for _, field in ipairs(redis.call('HKEYS', images)) do
    if string.sub(field, 1, #message + 1) == message .. '/' then redis.call('HDEL', images, field) end
  end
end

local function waiting()
  if not delete then redis.call('HSET', msgs, id, record) return 'replaced' end
  redis.call('ZREM', inbox, id)
  redis.call('HDEL', msgs, id)
  if redis.call('ZCARD', inbox) == 0 then
    redis.call('ZREM', due, conversation)
    redis.call('HDEL', stop, conversation) -- meant for this one, not for the next
  end
  return 'removed'
end

local function running(ids) -- a deleted id stays until the commit: the parts are found by it
  local left = 0
  if delete then redis.call('HDEL', msgs, id) else redis.call('HSET', msgs, id, record) end
  for _, one in ipairs(ids) do left = left + redis.call('HEXISTS', msgs, one) end
  redis.call('HINCRBY', answer, 'rev', 1)
  redis.call('HDEL', answer, 'final')
  redis.call('HSET', answer, 'attempt', 1) -- those were of the question as it was
  if left == 0 then
    redis.call('HSET', stop, conversation, 'deleted')
  else
    redis.call('HSETNX', stop, conversation, 'revised')
  end
  redis.call('PEXPIRE', stop, ARGV[10])
  redis.call('PUBLISH', ARGV[5], ARGV[6])
  return 'running'
end

local function fresh(turn) -- young enough for its parts to be edited
  return now - turn.at < tonumber(ARGV[12])
end

local function redo(turn) -- the newest turn goes back into the inbox, with the parts it has
  local ids = {}
  redis.call('HINCRBY', talk, 'turns', -1)
  for i, asked in ipairs(turn.asked) do
    ids[i] = asked[1]
    redis.call('ZADD', inbox, asked[2], asked[1])
    redis.call('HSET', msgs, asked[1], asked[1] == id and record ~= '' and record or asked[3])
  end
  redis.call('HSET', answer, 'ids', cjson.encode(ids), 'rev', turn.at, 'epoch', redis.call('HGET', talk, 'epoch') or '')
  if fresh(turn) then
    for i, part in ipairs(turn.parts) do redis.call('HSET', answer, 'part:' .. (i - 1), part) end
  end
  redis.call('ZADD', due, 'NX', now, conversation)
  for _, key in ipairs({due, inbox, msgs, answer}) do redis.call('PEXPIRE', key, ARGV[9]) end
  redis.call('PUBLISH', ARGV[5], ARGV[7])
  return 'redo'
end

local function committed()
  local all = redis.call('LRANGE', turns, 0, -1)
  for i = #all, 1, -1 do
    local turn = cjson.decode(string.match(all[i], '^[^\n]*'))
    for _, asked in ipairs(turn.asked) do
      if asked[1] == id then
        if old(asked[3]) then return 'unknown' end
        if not delete and (i < #all or redis.call('ZCARD', inbox) > 0 or not fresh(turn)) then return 'unknown' end
        redis.call('LREM', turns, -1, all[i])
        for _, gone in ipairs(delete and turn.asked or {asked}) do drop(gone[1]) end
        return delete and 'forgotten' or redo(turn)
      end
    end
  end
  return 'unknown'
end

local function again()
  local last = redis.call('LINDEX', turns, -1)
  if not last or redis.call('ZCARD', inbox) > 0 then return 'unknown' end
  local turn, meant = cjson.decode(string.match(last, '^[^\n]*')), id == ''
  for _, asked in ipairs(turn.asked) do meant = meant or asked[1] == id end
  for _, part in ipairs(turn.parts) do meant = meant or part == id end
  if not meant then return 'unknown' end
  redis.call('RPOP', turns)
  return redo(turn)
end

if ARGV[11] == 'redo' then return again() end
if delete then -- it may be read again by a catch-up: never a question any more
  redis.call('ZADD', seen, now, id)
  redis.call('ZREMRANGEBYSCORE', seen, '-inf', now - ARGV[8])
  redis.call('PEXPIRE', seen, ARGV[8])
end
if not redis.call('ZSCORE', inbox, id) then return committed() end
local kept = redis.call('HGET', msgs, id)
if not kept or old(kept) then return 'unknown' end
local ids, pinned = cjson.decode(redis.call('HGET', answer, 'ids') or '[]'), false
for _, one in ipairs(ids) do pinned = pinned or one == id end
drop(id)
return pinned and running(ids) or waiting()
