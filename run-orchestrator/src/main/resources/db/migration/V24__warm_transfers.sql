-- Transfers in which the other side is called first, told what it is about, and asked whether it takes the call; and until when any transfer is
-- worth it: after that the agent goes on with its caller.
alter table transfers
    drop constraint transfers_outcome_check,
    add constraint transfers_outcome_check check (outcome in ('connected', 'busy', 'no_answer', 'refused', 'failed')),
    -- Those that nobody has begun yet are worth it for as long as one of that kind is.
    add column until     timestamptz not null default now() + interval '12 seconds',
    add column warm      boolean not null default false,
    -- What the other side is told, and as whose call; null once it is done with.
    add column told      jsonb,
    -- Written before the request that it says: whoever goes on with it asks what became of that, and asks it not again.
    add column stage     text not null default 'new' check (stage in ('new', 'dialled', 'joining')),
    -- Requests of this stage.
    add column asks      integer not null default 0,
    -- Hash of what the provider shows when the other side has pressed a key.
    add column ticket    bytea,
    -- The other side's session; null as long as nobody has said it.
    add column leg       text,
    -- Whether the other side has answered the telephone, and what it has pressed.
    add column heard     boolean not null default false,
    add column takes     boolean,
    -- Whether the other side's session is still to be looked after, though it is known how the transfer ended.
    add column leg_open  boolean not null default false;

drop index transfers_due;
create index transfers_due on transfers (due_at) where outcome is null or leg_open;
create unique index transfers_ticket on transfers (ticket) where ticket is not null;
