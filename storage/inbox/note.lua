#!lua flags=allow-oom
-- Remember something of the running answer: the intent to post a part, its id, the final text.
-- KEYS owner answer [of the part] | ARGV conversation fence revision inbox_ms talk_ms (field value)*
-- revision: '' where an edit of the question does not matter
local owner, answer, of = unpack(KEYS)
local conversation, revision = ARGV[1], ARGV[3]
if redis.call('HGET', owner, conversation) ~= ARGV[2] then return 'lost' end
if revision ~= '' and (redis.call('HGET', answer, 'rev') or '0') ~= revision then return 'revised' end
redis.call('HSET', answer, unpack(ARGV, 6))
redis.call('PEXPIRE', answer, ARGV[4])
if of then redis.call('SET', of, conversation, 'PX', ARGV[5]) end
return 'noted'
