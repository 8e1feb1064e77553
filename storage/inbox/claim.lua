#!lua flags=allow-oom
-- Take a conversation: its lease, its question(s), the answer so far and the history in one step.
-- KEYS due owner inbox msgs answer turns stop talk | ARGV conversation fence lease_ms history owner_ms inbox_ms
local due, owner, inbox, msgs, answer, turns, stop, talk = unpack(KEYS)
local conversation, fence, history = ARGV[1], ARGV[2], tonumber(ARGV[4])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local score = redis.call('ZSCORE', due, conversation)
if not score then return {'gone'} end
local again = redis.call('HGET', owner, conversation) == fence
if not again and tonumber(score) > now then return {'busy'} end

local ids = cjson.decode(redis.call('HGET', answer, 'ids') or '[]')
if #ids == 0 then -- nothing begun: the head, and what the same person wrote directly behind it
  local author
  for _, id in ipairs(redis.call('ZRANGE', inbox, 0, -1)) do
    local by = string.match(redis.call('HGET', msgs, id) or '', '^[^\n]*\n([^\n]*)\n')
    author = author or by
    if by ~= author then break end
    ids[#ids + 1] = id
  end
  if #ids == 0 then
    redis.call('ZREM', due, conversation)
    redis.call('HDEL', owner, conversation)
    redis.call('HDEL', stop, conversation)
    return {'gone'}
  end
  redis.call('HSET', answer, 'epoch', redis.call('HGET', talk, 'epoch') or '')
end
redis.call('HSET', answer, 'ids', cjson.encode(ids))
if not again then redis.call('HINCRBY', answer, 'attempt', 1) end
redis.call('PEXPIRE', answer, ARGV[6])
redis.call('ZADD', due, now + ARGV[3], conversation)
redis.call('PEXPIRE', due, ARGV[6])
redis.call('HSET', owner, conversation, fence)
redis.call('PEXPIRE', owner, ARGV[5])

local records, left = {}, 0
for i, id in ipairs(ids) do
  records[i] = redis.call('HGET', msgs, id) or ''
  if records[i] ~= '' then left = left + 1 end
end
local reason = redis.call('HGET', stop, conversation) or ''
if reason == 'revised' then -- this claim reads the new text
  redis.call('HDEL', stop, conversation)
  reason = ''
end
if left == 0 then reason = 'deleted' end
local waited = ids[1] and (redis.call('ZSCORE', inbox, ids[1]) or 0) % 1 > 0
local past = history > 0 and redis.call('LRANGE', turns, -history, -1) or {}
local total = redis.call('HGET', talk, 'turns') or '0'
return {'claimed', ids, records, redis.call('HGETALL', answer), past, total, redis.call('ZCARD', inbox), waited and 1 or 0, reason}
