-- Keys of outside services that an organisation's agents hear, think, speak and use tools with, under the names that definitions have for them.
create table service_keys (
    id              bigint generated always as identity primary key,
    organization_id bigint not null references organizations,
    name            text not null check (name ~ '^[a-z0-9][a-z0-9_.-]{0,63}$'),
    -- AES-256-GCM envelope bound to organisation and name.
    key             bytea not null,
    -- Which encryption key the envelope was made with.
    key_id          text not null,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    -- To the minute: not every time that a worker asks for it is written down.
    last_used_at    timestamptz,
    unique (organization_id, name)
);

create index service_keys_listed on service_keys (organization_id, id desc);
