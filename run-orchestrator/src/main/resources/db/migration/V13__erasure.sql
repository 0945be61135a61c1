-- What a run's records on the topics are sealed with, wrapped by the installation's key. Whoever destroys these has made the records
-- unreadable for good, once they have left their own topic. A null is a key that is destroyed; no row: nothing was ever sealed.
create table run_keys (
    run_id  bigint primary key references runs on delete cascade,
    made_at timestamptz not null,
    -- Of audio both ways and of pressed keys; of numbers, parameters and words.
    media   text check (length(media) between 1 and 200),
    words   text check (length(words) between 1 and 200)
);

-- Since when nothing personal of the run is kept, and since when no words are. What comes late of it is kept without them too. Neither is
-- in an index, nor rewrites a row of those that there are.
alter table runs
    add column emptied_at    timestamptz,
    add column words_gone_at timestamptz;

-- What is to be erased, and what became of it. The number stands here only as long as it is needed to find its runs.
create table erasures (
    id              bigint generated always as identity primary key,
    organization_id bigint not null references organizations,
    run_id          bigint,
    caller_number   text check (length(caller_number) between 1 and 256),
    -- Runs that were there when it was ordered.
    up_to_run       bigint not null,
    state           text not null default 'pending' check (state in ('pending', 'done')),
    -- When it is looked at next.
    next_at         timestamptz not null default now(),
    -- By when the last copy on the topics is gone, as far as it is known.
    done_by         timestamptz,
    events          integer not null default 0,
    keys            integer not null default 0,
    created_at      timestamptz not null default now(),
    done_at         timestamptz,
    check (num_nulls(run_id, caller_number) > 0),
    check (state = 'pending' or caller_number is null),
    check ((state = 'done') = (done_at is not null))
);

create index erasures_due on erasures (next_at, id) where state = 'pending';

-- Which runs an erasure has emptied.
create table erasure_runs (
    erasure_id bigint not null references erasures,
    run_id     bigint not null,
    primary key (erasure_id, run_id)
);

-- How far an organisation's runs are gone through for what it keeps for a time only: all up to this one are done with.
create table retention_rounds (
    organization_id bigint not null references organizations,
    kind            text not null check (kind in ('media', 'transcripts', 'runs')),
    after_at        timestamptz not null default 'epoch',
    after_id        bigint not null default 0,
    next_at         timestamptz not null default now(),
    primary key (organization_id, kind)
);

create index retention_rounds_due on retention_rounds (next_at);
