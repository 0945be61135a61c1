-- Callers who may have been brought away: whether they were is told by what is heard of them afterwards, and not by what is not.
alter table transfers
    -- When the provider was asked to bring the caller away, written before it is asked; null where it was not, or said that it did not.
    add column asked_at timestamptz,
    -- Whether nobody has heard from the provider that it did: then both sides are looked after until one of them is over.
    add column followed boolean not null default false,
    -- The session that the provider did not know when it was asked last: it counts as over when it is not known twice.
    add column missed   text;

-- Whoever was under way when this came may have been asked for just now.
update transfers set asked_at = now() where outcome is null and case when warm then stage = 'joining' else tries > 0 end;
