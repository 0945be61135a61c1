-- What happens in all runs is followed in the order in which it became known. Made while calls go on: each statement stands alone
-- (V19__events_in_order.sql.conf), and the index keeps nobody from writing. One that was broken off leaves an index that is not valid;
-- the next try makes it anew. It only grows at its end.
set lock_timeout = 0;
drop index concurrently if exists run_events_in_order;
create index concurrently run_events_in_order on run_events (position);

-- As Database sets it for every other migration.
set lock_timeout = '2s';
