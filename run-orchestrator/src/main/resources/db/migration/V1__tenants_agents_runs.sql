-- The system of record: tenants, their agents and provider accounts, and the runs.
-- Timestamps are written by the application (its clock is a parameter), except where a default says otherwise.

create table organizations (
    id                   bigint generated always as identity primary key,
    name                 text not null check (length(name) between 1 and 200),
    max_concurrent_calls integer not null default 10 check (max_concurrent_calls between 0 and 1000000),
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now()
);

create table users (
    id              bigint generated always as identity primary key,
    organization_id bigint not null references organizations,
    email           text not null check (length(email) between 3 and 320),
    -- null: unlimited. May go below zero by the last call that was let in.
    credits         numeric(18, 4),
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now()
);

create unique index users_email on users (lower(email));
create index users_organization on users (organization_id);

create table api_keys (
    id         bigint generated always as identity primary key,
    user_id    bigint not null references users,
    -- SHA-256 of the whole key. The key has 256 random bits, so neither salt nor stretching adds anything.
    key_hash   bytea not null unique check (length(key_hash) = 32),
    -- The key's first characters, so that its owner can tell keys apart.
    prefix     text not null check (length(prefix) between 1 and 16),
    name       text not null check (length(name) between 1 and 200),
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

create index api_keys_user on api_keys (user_id);

create table agents (
    id                         bigint generated always as identity primary key,
    -- What the stream URL names, and a secret. Nothing outside this table and the API's answers holds it.
    uuid                       uuid not null unique default gen_random_uuid(),
    -- Lower-case hex SHA-256 of the UUID's lower-case text: what the topics carry in its place.
    uuid_digest                text not null generated always as (encode(sha256(uuid::text::bytea), 'hex')) stored unique,
    organization_id            bigint not null references organizations,
    owner_user_id              bigint not null references users,
    name                       text not null check (length(name) between 1 and 200),
    template_context_variables jsonb not null default '{}' check (jsonb_typeof(template_context_variables) = 'object'),
    created_at                 timestamptz not null default now(),
    updated_at                 timestamptz not null default now(),
    archived_at                timestamptz
);

create index agents_listed on agents (organization_id, id desc) where archived_at is null;

create table agent_versions (
    agent_id     bigint not null references agents,
    number       integer not null check (number > 0),
    status       text not null check (status in ('draft', 'published', 'archived')),
    definition   jsonb not null check (jsonb_typeof(definition) = 'object'),
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    published_at timestamptz check (published_at is not null or status <> 'published'),
    primary key (agent_id, number)
);

create unique index agent_versions_one_draft on agent_versions (agent_id) where status = 'draft';
create unique index agent_versions_one_published on agent_versions (agent_id) where status = 'published';

create table telephony_configurations (
    id                bigint generated always as identity primary key,
    organization_id   bigint not null references organizations,
    name              text not null check (length(name) between 1 and 200),
    provider          text not null check (length(provider) between 1 and 40),
    -- Normalised: lower case, no trailing dot, at least two labels.
    domain            text not null check (domain = lower(domain) and length(domain) between 3 and 253),
    -- AES-256-GCM envelope bound to organisation, provider and domain; null: the owner has not given one.
    bearer_token      bytea,
    -- The last characters of the token, for its owner's eye; null where the token is too short to show any.
    bearer_token_hint text check (length(bearer_token_hint) <= 4),
    -- Which encryption key the envelope was made with.
    key_id            text,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    deleted_at        timestamptz,
    check ((bearer_token is null) = (key_id is null)),
    check (deleted_at is null or bearer_token is null)
);

create unique index telephony_configurations_domain
    on telephony_configurations (organization_id, provider, domain) where deleted_at is null;

create table runs (
    id                         bigint generated always as identity primary key,
    -- Eight digits that jump about but never meet: the factor and 10^8 have no common divisor, so the first
    -- 10^8 runs have different names without a second try.
    name                       text not null unique generated always as
        ('WR-AGS-' || lpad((((id % 100000000) * 61803399) % 100000000)::text, 8, '0')) stored,
    call_id                    uuid not null unique,
    organization_id            bigint not null references organizations,
    agent_id                   bigint not null references agents,
    owner_user_id              bigint not null references users,
    agent_version              integer not null,
    mode                       text not null,
    call_type                  text not null check (call_type in ('inbound', 'outbound')),
    state                      text not null default 'initialized'
        check (state in ('initialized', 'running', 'completed', 'failed')),
    failure_code               text,
    failure_reason             text,
    initial_context            jsonb not null default '{}' check (jsonb_typeof(initial_context) = 'object'),
    gathered_context           jsonb not null default '{}' check (jsonb_typeof(gathered_context) = 'object'),
    logs                       jsonb not null default '{}' check (jsonb_typeof(logs) = 'object'),
    -- Enough to hang up by REST: which account, which session.
    telephony_configuration_id bigint references telephony_configurations,
    provider_domain            text,
    provider_session           text,
    gateway_slot               integer not null check (gateway_slot >= 0),
    cost                       numeric(18, 4),
    created_at                 timestamptz not null default now(),
    started_at                 timestamptz,
    ended_at                   timestamptz,
    -- When the gateway last said that the call is alive; the reaper closes what has gone quiet.
    last_seen_at               timestamptz not null default now(),
    end_by                     text,
    close_code                 integer check (close_code between 1000 and 4999),
    foreign key (agent_id, agent_version) references agent_versions (agent_id, number),
    check ((state in ('completed', 'failed')) = (ended_at is not null)),
    check ((state = 'failed') = (failure_code is not null)),
    check (state not in ('running', 'completed') or started_at is not null)
) with (fillfactor = 80);

-- The concurrency limit counts these, under a lock on the organisation's row.
create index runs_open on runs (organization_id) where state in ('initialized', 'running');
create index runs_quiet on runs (last_seen_at) where state in ('initialized', 'running');
create index runs_listed on runs (agent_id, id desc);

-- What happened in a run, in the order in which it became known here.
create table run_events (
    run_id           bigint not null references runs,
    position         bigint generated always as identity,
    at               timestamptz not null,
    type             text not null check (length(type) between 1 and 80),
    payload          jsonb not null check (jsonb_typeof(payload) = 'object'),
    -- The record it came from; all null for what this service decided itself, in the transaction of the decision.
    source_topic     text,
    source_partition integer,
    source_offset    bigint,
    primary key (run_id, position),
    check (num_nulls(source_topic, source_partition, source_offset) in (0, 3))
);

-- A record that is delivered twice is written once: insert ... on conflict do nothing.
create unique index run_events_source on run_events (source_topic, source_partition, source_offset);
