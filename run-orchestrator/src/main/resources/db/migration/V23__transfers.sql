-- Callers whom agents want given to somebody else: written with the event that asks for it, and there as long as the run, so that a key
-- that is asked for again (by the worker that goes on with the call) is not done again.
create table transfers (
    id         bigint generated always as identity primary key,
    run_id     bigint not null references runs on delete cascade,
    key        text not null check (length(key) between 1 and 200),
    -- Number of the call's record that the asking worker had seen.
    after      bigint not null,
    account_id bigint references telephony_configurations,
    session    text,
    -- To whom; null once it is done with.
    target     text,
    ring_ms    integer not null,
    created_at timestamptz not null default now(),
    -- When somebody may take it up. Whoever does puts it off for as long as it may take him, by the database's clock.
    due_at     timestamptz not null default now(),
    tries      integer not null default 0,
    -- How it ended; null as long as it has not.
    outcome    text check (outcome in ('connected', 'busy', 'no_answer', 'failed')),
    -- Where the event that says so stands in run_events.
    position   bigint,
    unique (run_id, key)
);

create index transfers_due on transfers (due_at) where outcome is null;
