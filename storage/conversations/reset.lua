-- Forget the turns and their images; with known == '0' also that the conversation is known.
-- KEYS turns talk images thumbs | ARGV known
redis.call('DEL', KEYS[1], KEYS[3], KEYS[4])
if ARGV[1] == '0' then
  redis.call('DEL', KEYS[2])
elseif redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HINCRBY', KEYS[2], 'epoch', 1)
  if (redis.call('HGET', KEYS[2], 'turns') or '0') == '0' then -- the next one is not the first
    redis.call('HSET', KEYS[2], 'turns', 1)
  end
end
return 1
