-- What is to follow a decision, written in the decision's transaction: whoever decided does it at once and deletes the row, and where
-- it died another one finds the row. A row is small: the events themselves are in run_events.
create table outbox (
    id           bigint generated always as identity primary key,
    run_id       bigint not null references runs on delete cascade,
    -- say: events of the run, and the commands that follow from them. hang_up: the provider is to end the session.
    kind         text not null check (kind in ('say', 'hang_up')),
    -- Where the events stand in run_events.
    positions    bigint[],
    -- Whether the call's socket is still to be told of the end.
    socket_waits boolean,
    -- Number of the call's record that the end was decided on.
    after        bigint,
    account_id   bigint references telephony_configurations,
    session      text,
    created_at   timestamptz not null default now(),
    -- When somebody may take it up. Whoever does puts it off for as long as it may take him, by the database's clock.
    due_at       timestamptz not null,
    tries        integer not null default 0,
    -- Given up: a person may look at it, and send it again by setting dead_at to null and due_at to now().
    dead_at      timestamptz,
    -- What the last try failed for.
    trouble      text,
    check ((kind = 'say') = (positions is not null)),
    check ((kind = 'say') = (socket_waits is not null)),
    check ((kind = 'hang_up') = (after is not null)),
    check ((kind = 'hang_up') = (session is not null)),
    check ((kind = 'hang_up') = (account_id is not null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

create index outbox_run on outbox (run_id);
create index outbox_said on outbox (due_at) where kind = 'say' and dead_at is null;
create index outbox_dead on outbox (id) where dead_at is not null;
create index outbox_hang_ups on outbox (account_id, due_at) where kind = 'hang_up' and dead_at is null;

-- When the last requests to a provider went out in the name of one of its domains, by the database's clock, the oldest first: the
-- provider's limit holds over all orchestrators. Worth a few seconds, so nothing of it needs to be safe.
create unlogged table provider_turns (
    provider text not null,
    domain   text not null,
    times    timestamptz[] not null,
    primary key (provider, domain)
) with (fillfactor = 50);

-- Whose doing the end was, and what the call achieved. How it ended is end_by or failure_code.
alter table runs add column disconnected_by text;
alter table runs add column outcome text check (length(outcome) <= 200);

-- A configuration that is deleted keeps its token until no call needs it any more.
create index runs_by_account on runs (telephony_configuration_id) where state = 'running';
do $$
declare
    name text;
begin
    select conname into strict name from pg_constraint
     where conrelid = 'telephony_configurations'::regclass and contype = 'c'
       and pg_get_constraintdef(oid) like '%deleted_at IS NULL%';
    execute format('alter table telephony_configurations drop constraint %I', name);
end
$$;
create index telephony_configurations_kept
    on telephony_configurations (deleted_at) where deleted_at is not null and bearer_token is not null;

-- A record is known by its call and by its number in it. Its place in a log is that of one Kafka only: another begins at zero.
alter table run_events add column source_number bigint;
alter table run_events add column source_epoch integer;
-- Records of calls that are under way may come again.
update run_events e
   set source_number = coalesce((e.payload ->> 'seq')::bigint, (e.payload ->> 'number')::bigint),
       source_epoch = coalesce((e.payload ->> 'epoch')::integer, 0)
  from runs r
 where r.id = e.run_id and r.state in ('initialized', 'running') and e.source_topic is not null;
drop index run_events_source;
create unique index run_events_once
    on run_events (run_id, source_topic, source_number, source_epoch, type) where source_number is not null;
