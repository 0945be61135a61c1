-- Calls that were refused before there was a run to remember it by. An offer that comes again is refused again, even when its
-- agent has been created in between. Nobody needs a row for longer than offers can come again; the reaper deletes them.
create table refused_calls (
    call_id    uuid primary key,
    failure    text not null,
    refused_at timestamptz not null
);

create index refused_calls_at on refused_calls (refused_at);
