-- Money. The ledger is what was granted and charged, and nothing of it is ever changed: a mistake is made good by another entry.
create table ledger (
    id              bigint generated always as identity primary key,
    at              timestamptz not null default now(),
    organization_id bigint not null references organizations,
    user_id         bigint not null references users,
    -- Which run was charged, or got something back. No reference: the ledger outlives the runs.
    run_id          bigint,
    kind            text not null check (kind in ('grant', 'charge', 'correction')),
    amount          numeric(18, 4) not null check (amount <> 0),
    -- What the user has after it; null where the user was unlimited and nothing was counted down.
    balance         numeric(18, 4),
    -- Which seconds of the run's talk a charge is for: from the first, and up to but not with the last.
    from_second     integer check (from_second >= 0),
    to_second       integer,
    reference       text not null check (length(reference) <= 200),
    -- What the operator told the grant by, so that it is made once.
    idempotency_key text check (length(idempotency_key) between 1 and 255),
    check (kind <> 'charge' or (run_id is not null and amount < 0 and to_second > from_second)),
    check (kind = 'charge' or num_nulls(from_second, to_second) = 2),
    check (kind <> 'grant' or (run_id is null and balance is not null))
);

-- No stretch of talk is charged twice: each begins where the one before it ended.
create unique index ledger_charges on ledger (run_id, from_second) where kind = 'charge';
-- What was charged for a run is corrected once, when it is over.
create unique index ledger_corrections on ledger (run_id) where kind = 'correction' and run_id is not null;
create unique index ledger_keys on ledger (organization_id, idempotency_key) where idempotency_key is not null;
create index ledger_listed on ledger (organization_id, id desc);
create index ledger_of_user on ledger (user_id, id desc);

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only' using errcode = 'restrict_violation';
end;
$$;

create trigger ledger_append_only before update or delete or truncate on ledger
    for each statement execute function ledger_is_append_only();

-- What there is today is brought forward. Runs that ended before have no entries; they are known by having no price.
insert into ledger (organization_id, user_id, kind, amount, balance, reference)
select organization_id, id, 'grant', credits, credits, 'brought forward' from users where credits <> 0;

-- What a minute of the run's talk costs: fixed when the call is admitted, so that a new price is for the calls after it.
alter table runs add column price_per_minute numeric check (price_per_minute >= 0);

-- One row for each running run whose talk costs something: how far it is charged, and what is held for what comes. Gone when the
-- run is over. Apart from the runs, whose rows are large and have indexes that this would keep busy.
create table meters (
    run_id           bigint primary key references runs,
    user_id          bigint not null references users,
    price_per_minute numeric not null check (price_per_minute > 0),
    charged_seconds  integer not null default 0 check (charged_seconds >= 0),
    -- Of the user's balance, for talk that is not charged yet. 0 where the user is unlimited.
    held             numeric(18, 4) not null default 0 check (held >= 0),
    -- When it is to be read next: after a minute, or when what is held is used up.
    due_at           timestamptz not null,
    -- Since when the call is being ended because the money is used up.
    finishing_at     timestamptz
);

create index meters_held on meters (user_id);
create index meters_due on meters (due_at);

-- Admissions that an organisation has left, of those that it may have each second. Worth nothing after a crash: everybody begins
-- with what may come at once.
create unlogged table admission_buckets (
    organization_id bigint primary key,
    tokens          double precision not null,
    at              timestamptz not null
);
