-- What one organisation can make much of. Made while calls go on: each statement stands alone (V28__bounds.sql.conf), and those that make
-- indexes keep nobody from writing. One that was broken off leaves an index that is not valid; the next try makes it anew.

set lock_timeout = 0;

-- Each organisation has its turn of the eraser.
drop index concurrently if exists erasures_of_tenant;
create index concurrently erasures_of_tenant on erasures (organization_id, next_at, id) where state = 'pending';
drop index concurrently if exists erasures_due;

-- What is open already need not be ordered again.
drop index concurrently if exists erasures_open;
create index concurrently erasures_open on erasures (organization_id, run_id, caller_number) where state = 'pending';

-- How many agents and accounts an organisation has, also of those that are not listed any more.
drop index concurrently if exists agents_of_tenant;
create index concurrently agents_of_tenant on agents (organization_id);
drop index concurrently if exists telephony_configurations_of_tenant;
create index concurrently telephony_configurations_of_tenant on telephony_configurations (organization_id);

-- Who has looked at what is kept for a time; who changed what stays.
drop index concurrently if exists audit_log_looks;
create index concurrently audit_log_looks on audit_log (at)
    where action in ('run.events_read', 'run.timeline_read', 'run.timeline_followed', 'run.transcript_read', 'run.listened',
                     'transcripts.searched', 'events.followed');

-- As Database sets it for every other migration.
set lock_timeout = '2s';
