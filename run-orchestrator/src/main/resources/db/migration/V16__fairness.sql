-- Whose turn it is. Made while calls go on: each statement stands alone (V16__fairness.sql.conf), and those that make indexes keep
-- nobody from writing. One that was broken off leaves an index that is not valid; the next try makes it anew.

-- Until when somebody reads the meter: of several orchestrators each reads others. Null: nobody does.
alter table meters add column if not exists taken_until timestamptz;

set lock_timeout = 0;

-- What is over is kept for a week where it arrived and for a month where it did not: whoever looks for the one must not pass over the
-- other.
drop index concurrently if exists webhook_deliveries_delivered;
create index concurrently webhook_deliveries_delivered on webhook_deliveries (done_at) where state = 'delivered';
drop index concurrently if exists webhook_deliveries_dead;
create index concurrently webhook_deliveries_dead on webhook_deliveries (done_at) where state = 'dead';
drop index concurrently if exists webhook_deliveries_done;

-- Few of many: those that are told nothing any more.
drop index concurrently if exists webhooks_silent;
create index concurrently webhooks_silent on webhooks (id) where not enabled or deleted_at is not null;
drop index concurrently if exists webhooks_deleted;
create index concurrently webhooks_deleted on webhooks (deleted_at) where deleted_at is not null;
