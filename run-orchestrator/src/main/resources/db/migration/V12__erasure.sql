-- What a run's records on the topics are sealed with, wrapped by the installation's key. Whoever destroys these has made the records
-- unreadable for good, once they have left their own topic. A null is a key that is destroyed; no row: nothing was ever sealed.
create table run_keys (
    run_id  bigint primary key references runs on delete cascade,
    made_at timestamptz not null,
    -- Of audio both ways and of pressed keys; of numbers, parameters and words.
    media   text check (length(media) between 1 and 200),
    words   text check (length(words) between 1 and 200)
);
