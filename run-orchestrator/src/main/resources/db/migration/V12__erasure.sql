-- What a run's records on the topics are sealed with, wrapped by the installation's key. Whoever destroys these has made the records
-- unreadable for good, once they have left their own topic. A null is a key that is destroyed; no row: nothing was ever sealed.
create table run_keys (
    run_id  bigint primary key references runs on delete cascade,
    made_at timestamptz not null,
    -- Of audio both ways and of pressed keys; of numbers, parameters and words.
    media   text check (length(media) between 1 and 200),
    words   text check (length(words) between 1 and 200)
);

-- What is to be erased, and what became of it. The number stands here only as long as it is needed to find its runs.
create table erasures (
    id              bigint generated always as identity primary key,
    organization_id bigint not null references organizations,
    run_id          bigint,
    caller_number   text check (length(caller_number) between 1 and 256),
    by_number       boolean not null,
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
    check (by_number = (run_id is null)),
    check (state = 'pending' or caller_number is null),
    check ((state = 'done') = (done_at is not null))
);

create index erasures_due on erasures (next_at, id) where state = 'pending';

-- By which erasure a run was emptied.
alter table runs add column erasure_id bigint references erasures;
alter table runs add column erased_at timestamptz;

create index runs_erased on runs (erasure_id) where erasure_id is not null;
create index runs_of_caller on runs (organization_id, (initial_context ->> 'caller_number'), id);
