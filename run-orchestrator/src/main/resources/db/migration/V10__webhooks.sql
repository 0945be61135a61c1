-- Where an organisation wants to be told of its runs.
create table webhooks (
    id                  bigint generated always as identity primary key,
    organization_id     bigint not null references organizations,
    url                 text not null check (length(url) between 1 and 2048),
    events              text[] not null check (cardinality(events) > 0 and events <@ array['run.started', 'run.ended']),
    enabled             boolean not null default true,
    -- Why it is not enabled, where we did that: its receiver answered 410.
    disabled_reason     text check (length(disabled_reason) between 1 and 80),
    -- AES-256-GCM envelopes bound to organisation and webhook. Null only in the transaction that makes the row, and in deleted ones.
    secret              bytea,
    key_id              text,
    -- The secret before this one, which signs along until then.
    previous_secret     bytea,
    previous_key_id     text,
    previous_until      timestamptz,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    -- A deleted one keeps its row for a while: a decision that is being made at this moment may still refer to it.
    deleted_at          timestamptz,
    check ((secret is null) = (key_id is null)),
    check (num_nulls(previous_secret, previous_key_id, previous_until) in (0, 3)),
    check (deleted_at is null or (secret is null and previous_secret is null))
);

create index webhooks_listed on webhooks (organization_id, id desc) where deleted_at is null;

-- What is to be told, or was: written in the transaction of the decision. Without a reference to the run, which may be gone before it.
create table webhook_deliveries (
    id              bigint generated always as identity primary key,
    webhook_id      bigint not null references webhooks,
    run_id          bigint not null,
    event           text not null check (event in ('run.started', 'run.ended')),
    -- What receivers know it by, the same for every attempt.
    message_id      uuid not null default gen_random_uuid(),
    state           text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
    attempts        integer not null default 0 check (attempts >= 0),
    -- When it is to be tried; while it is being tried, when it may be taken for abandoned.
    next_at         timestamptz,
    last_attempt_at timestamptz,
    last_status     integer check (last_status between 100 and 999),
    last_error      text check (length(last_error) between 1 and 80),
    -- What is sent, made for the first attempt; gone once it is delivered.
    payload         text check (octet_length(payload) <= 262144),
    created_at      timestamptz not null default now(),
    done_at         timestamptz,
    -- A decision that is made again tells nobody again.
    unique (run_id, webhook_id, event),
    check ((state = 'pending') = (next_at is not null)),
    check ((state = 'pending') = (done_at is null))
);

-- The sender hops from webhook to webhook, and takes the oldest of each.
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at, id) where state = 'pending';
create index webhook_deliveries_listed on webhook_deliveries (webhook_id, id desc);
create index webhook_deliveries_listed_by_state on webhook_deliveries (webhook_id, state, id desc);
create index webhook_deliveries_done on webhook_deliveries (done_at) where state <> 'pending';
