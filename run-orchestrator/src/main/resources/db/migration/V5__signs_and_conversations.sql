-- When the gateway gave its newest sign of life, by its own clock. last_seen_at says when it was read here, which is what the reaper
-- judges by; what a call is charged for must not depend on when its signs were read.
alter table runs add column alive_at timestamptz;
-- When that sign was read. An older version of this service notes in last_seen_at only that it read one: alive_at is then not the newest.
alter table runs add column alive_read_at timestamptz;
-- When it was first heard of the run's conversation. A run that is running and has none is ended.
alter table runs add column conversation_at timestamptz;
-- Runs of an older version that are under way have one: nobody said so then.
update runs set conversation_at = started_at where state = 'running';
