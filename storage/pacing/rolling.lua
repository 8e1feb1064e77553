#!lua flags=allow-oom
-- Take a place of every lane or of none, give it back, or close the lanes for a while;
-- bot/pacing/rolling.py has the same rules.
-- KEYS a lane each | ARGV verb (take, give back, busy) closed, then limit span pause of each lane
-- Times are microseconds. Returns granted (1 or 0), and for how long the lanes are closed to
-- another call of this kind.
local verb, closed = ARGV[1], tonumber(ARGV[2])
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]

local function read(i)
  local kept = redis.call('GET', KEYS[i])
  local lane = kept and cmsgpack.unpack(kept) or { times = {}, shut = 0 }
  lane.limit, lane.span = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  lane.pause = tonumber(ARGV[3 * i + 2])
  while lane.times[1] and lane.times[1] <= now - lane.span do
    table.remove(lane.times, 1)
  end
  return lane
end

local function write(i, lane)
  local left = math.ceil(math.max(lane.span, lane.shut - now) / 1000)
  redis.call('SET', KEYS[i], cmsgpack.pack({ times = lane.times, shut = lane.shut }), 'PX', left)
end

local function opens(lane)
  local times, turn = lane.times, math.huge
  local last = times[#times] or -math.huge
  for gone = 0, #times do
    local room = lane.limit - #times + gone
    if room > 0 then
      local free = gone == 0 and now or times[gone] + lane.span
      turn = math.min(turn, math.max(free, last + lane.pause / room))
    end
  end
  return math.max(lane.shut, turn < math.huge and turn or now + lane.span)
end

local lanes = {}
for i in ipairs(KEYS) do
  lanes[i] = read(i)
end

local function wait()
  local longest = 0
  for _, lane in ipairs(lanes) do
    longest = math.max(longest, opens(lane) - now)
  end
  return longest
end

local granted = verb == 'take' and wait() == 0
for i, lane in ipairs(lanes) do
  if granted then
    table.insert(lane.times, now)
  elseif verb == 'give back' then
    table.remove(lane.times, 1)
  elseif verb == 'busy' then
    lane.shut = now + closed
  end
  write(i, lane)
end
return { granted and 1 or 0, math.ceil(wait()) }
