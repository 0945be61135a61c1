-- Whether a run used a version of its agent is asked before that is deleted, and asked again by the foreign key: of an agent with a million runs,
-- too. Neither column ever changes. Made while calls go on (V30__versions_of_runs.sql.conf). One that was broken off leaves an index that is not
-- valid; the next try makes it anew.

set lock_timeout = 0;

drop index concurrently if exists runs_by_version;
create index concurrently runs_by_version on runs (agent_id, agent_version);

-- As Database sets it for every other migration.
set lock_timeout = '2s';
