-- What a tenant is allowed and what it pays is its operator's to say; how long its things are kept is its own.
-- A null is: as the installation has it.
alter table organizations
    add column suspended             boolean not null default false,
    add column admissions_per_second integer check (admissions_per_second between 1 and 1000000),
    add column price_per_minute      numeric(18, 4) check (price_per_minute between 0 and 1000000),
    add column media_hours           integer check (media_hours between 0 and 876000),
    add column transcript_days       integer check (transcript_days between 0 and 36500),
    add column run_days              integer check (run_days between 0 and 36500);

-- Lists of tenants, of users and of keys go by id, newest first.
drop index users_organization;
create index users_listed on users (organization_id, id desc);

-- Whether a user is known elsewhere on this installation is nobody's to learn.
drop index users_email;
create unique index users_email on users (organization_id, lower(email));

alter table users add column billing text not null default 'unlimited' check (billing in ('unlimited', 'prepaid'));
update users set billing = 'prepaid' where credits is not null;
alter table users add constraint users_billing_credits check ((billing = 'prepaid') = (credits is not null));

-- Keys that there are could do everything, and go on doing it. A new one says what it is for.
alter table api_keys
    add column scope        text not null default 'admin' check (scope in ('read', 'write', 'admin')),
    -- To the minute: not every request is written down.
    add column last_used_at timestamptz;
alter table api_keys alter column scope drop default;

-- Who changed what. Written in the change's own transaction, and never changed. Holds no secret: neither keys nor tokens nor the
-- UUID of an agent nor what a definition says.
create table audit_log (
    id              bigint generated always as identity primary key,
    -- null: something of the whole installation.
    organization_id bigint references organizations,
    at              timestamptz not null default now(),
    -- A key of the organisation, the installation's operator over HTTP, or somebody at the installation's own command line.
    actor           text not null check (actor in ('key', 'operator', 'command')),
    user_id         bigint references users,
    api_key_id      bigint references api_keys,
    -- Where it came from; null for the command line.
    address         text check (length(address) between 1 and 100),
    action          text not null check (length(action) between 1 and 80),
    thing_kind      text not null check (length(thing_kind) between 1 and 80),
    thing_id        text not null check (length(thing_id) between 1 and 100),
    -- What was different before, and what it is now; null where there was, or is, nothing.
    old_values      jsonb check (jsonb_typeof(old_values) = 'object'),
    new_values      jsonb check (jsonb_typeof(new_values) = 'object'),
    check ((actor = 'key') = (user_id is not null)),
    check ((actor = 'key') = (api_key_id is not null))
);

create index audit_log_listed on audit_log (organization_id, id desc);
