-- Runs are found by what was said in them, and by every name that a provider has for their call. Made while calls go on: each statement
-- stands alone (V17__search.sql.conf), and those that make indexes keep nobody from writing. One that was broken off leaves an index
-- that is not valid; the next try makes it anew.

-- The words of a run's transcript, each behind the number of its organisation: in the index an organisation's words lie together, and
-- what others say costs it nothing. No row: nothing was said, or nothing of it is kept.
create table if not exists run_words (
    run_id bigint primary key references runs on delete cascade,
    words  tsvector not null
);

-- Runs of which something was said since their words were looked through.
create table if not exists run_words_due (
    run_id bigint primary key references runs on delete cascade,
    due_at timestamptz not null,
    tries  integer not null default 0
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

create index if not exists run_words_due_at on run_words_due (due_at);

-- What is written at once need not be looked through by whoever searches.
drop index if exists run_words_found;
create index run_words_found on run_words using gin (words) with (fastupdate = off);

-- Those that there are: the newest first, behind what is over now.
insert into run_words_due (run_id, due_at)
select id, created_at from runs where conversation_at is not null and emptied_at is null and words_gone_at is null
on conflict do nothing;

set lock_timeout = 0;

-- Where the session is what the run calls its call, that index has it.
drop index concurrently if exists runs_by_session;
create index concurrently runs_by_session
    on runs (organization_id, left(provider_session, 40), created_at, id)
    where provider_session is distinct from gathered_context ->> 'call_id' and provider_session is not null;

drop index concurrently if exists runs_by_call_sid;
create index concurrently runs_by_call_sid
    on runs (organization_id, left(gathered_context ->> 'cloudonix_call_sid', 40), created_at, id)
    where gathered_context ->> 'cloudonix_call_sid' is distinct from gathered_context ->> 'call_id'
      and gathered_context ->> 'cloudonix_call_sid' is not null;

-- As Database sets it for every other migration.
set lock_timeout = '2s';
