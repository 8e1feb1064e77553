#!lua flags=allow-oom
-- Whether somebody is to be told now; a full store must still let questions be refused.
-- KEYS told | ARGV quiet_ms
return redis.call('SET', KEYS[1], '', 'NX', 'PX', ARGV[1]) and 1 or 0
