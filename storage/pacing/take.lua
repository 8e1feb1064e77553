#!lua flags=allow-oom
-- Take a place of the token and one of a lane, or nothing; bot/pacing/allowance.py has the same rules.
-- KEYS token [lane] | ARGV interim gap stock reserve margin guard kept limit length
--                     [limit remaining reset_after length or "": what a response said]
-- Times are microseconds, kept is milliseconds. Returns granted (1 or 0), and for how long token
-- and lane are closed to another call of this kind.
local interim, gap = ARGV[1] == '1', tonumber(ARGV[2])
local stock, reserve = tonumber(ARGV[3]), tonumber(ARGV[4])
local margin, guard, kept = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]

local names = { 'limit', 'length', 'start', 'stop', 'shut', 'used' }
local lane = {
  limit = tonumber(ARGV[8]), length = tonumber(ARGV[9]),
  start = 0, stop = 0, shut = 0, used = 0,
}

local function read()
  for i, value in ipairs(redis.call('HMGET', KEYS[2], unpack(names))) do
    lane[names[i]] = tonumber(value) or lane[names[i]]
  end
end

local function learn(limit, remaining, stop, length)
  lane.limit, lane.length = limit, length or lane.length
  if remaining == 0 then
    lane.shut = math.max(lane.shut, stop)
  end
  if stop > lane.start + lane.length / 2 then
    local used = now >= lane.stop and 0 or lane.used
    lane.used, lane.stop = math.max(used, limit - remaining), stop
  end
end

local function lane_opens()
  local ends = math.min(lane.stop, lane.start + lane.length)
  local full = lane.used >= lane.limit or now > ends - guard
  local opens = math.max(lane.shut, full and lane.stop or 0)
  if not interim then
    return opens
  end
  local turn = lane.start + math.ceil(lane.used * lane.length / lane.limit)
  return math.max(opens, math.min(lane.stop, turn))
end

local function count()
  if now >= lane.stop then
    lane.start, lane.stop, lane.used = now, now + lane.length + margin, 0
  end
  lane.used = lane.used + 1
end

local function write()
  local fields = {}
  for _, name in ipairs(names) do
    fields[#fields + 1] = name
    fields[#fields + 1] = string.format('%d', lane[name])
  end
  redis.call('HSET', KEYS[2], unpack(fields))
  local left = math.ceil((math.max(lane.stop, lane.shut) - now) / 1000)
  redis.call('PEXPIRE', KEYS[2], math.max(left, 0) + kept)
end

local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now - stock * gap)
local function token_opens()
  return paid + gap + (interim and reserve * gap or 0)
end

if KEYS[2] then
  read()
  if ARGV[10] then
    learn(tonumber(ARGV[10]), tonumber(ARGV[11]), now + ARGV[12], tonumber(ARGV[13]))
  end
end
local granted = math.max(token_opens(), lane_opens()) <= now
if granted then
  paid = paid + gap
  redis.call('SET', KEYS[1], string.format('%d', paid), 'PX', kept)
  count()
end
if KEYS[2] then
  write()
end
local lane_wait = KEYS[2] and math.max(0, lane_opens() - now) or 0
return { granted and 1 or 0, math.max(0, token_opens() - now), lane_wait }
