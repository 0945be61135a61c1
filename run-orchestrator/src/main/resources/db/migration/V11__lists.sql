-- The lists of an organisation's runs, each condition with an index of its own that has the list's order. Made while calls go on: each
-- statement stands alone (V11__lists.sql.conf), waits for the transactions that are under way, and keeps nobody from writing. One that
-- was broken off leaves an index that is not valid; the next try makes it anew.
--
-- Nothing that a sign of life changes may stand in an index of runs, or each of them would be a new entry in all of them.
--
-- Of what callers and providers send only the beginning is in an index, whose entries cannot be of any length.
set lock_timeout = 0;

drop index concurrently if exists runs_of_tenant;
create index concurrently runs_of_tenant on runs (organization_id, created_at, id);

drop index concurrently if exists runs_of_tenant_by_state;
create index concurrently runs_of_tenant_by_state on runs (organization_id, state, created_at, id);

drop index concurrently if exists runs_by_end;
create index concurrently runs_by_end on runs (organization_id, end_by, created_at, id) where end_by is not null;

drop index concurrently if exists runs_by_failure;
create index concurrently runs_by_failure on runs (organization_id, failure_code, created_at, id) where failure_code is not null;

drop index concurrently if exists runs_by_caller;
create index concurrently runs_by_caller
    on runs (organization_id, left(initial_context ->> 'caller_number', 40), created_at, id)
    where initial_context ->> 'caller_number' is not null;

drop index concurrently if exists runs_by_called;
create index concurrently runs_by_called
    on runs (organization_id, left(initial_context ->> 'called_number', 40), created_at, id)
    where initial_context ->> 'called_number' is not null;

drop index concurrently if exists runs_by_external_call;
create index concurrently runs_by_external_call
    on runs (organization_id, left(gathered_context ->> 'call_id', 40), created_at, id)
    where gathered_context ->> 'call_id' is not null;

-- Calls that took over an hour are few. What was running at a moment is found among the runs of the hour before it, and these.
drop index concurrently if exists runs_long;
create index concurrently runs_long on runs (organization_id, created_at)
    where ended_at - created_at > interval '1 hour';

-- As Database sets it for every other migration.
set lock_timeout = '2s';
