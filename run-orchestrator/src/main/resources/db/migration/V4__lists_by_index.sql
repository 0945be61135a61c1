-- The lists of runs in their order, newest first, with and without a state; and a list of provider accounts in its own.
create index runs_by_time on runs (agent_id, created_at, id);
create index runs_by_state on runs (agent_id, state, created_at, id);
drop index runs_listed;

create index telephony_configurations_listed
    on telephony_configurations (organization_id, id desc) where deleted_at is null;
