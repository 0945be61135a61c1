-- Where a run's records lie on the topics, so that they are read back by seek: what the gateway said at the end of the call, and where the
-- run's own events were written. Where those that the orchestrator reads lie stands with them, in run_events.
create table run_places (
    run_id       bigint not null references runs on delete cascade,
    topic        text not null check (length(topic) between 1 and 100),
    partition    integer not null,
    first_offset bigint not null,
    -- Of the last one that is known of.
    last_offset  bigint not null,
    primary key (run_id, topic, partition)
);
