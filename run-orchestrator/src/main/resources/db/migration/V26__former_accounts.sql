-- What a configuration was before its owner gave it another domain, or took its token away: calls that began with it are ended with it. A row
-- for each such domain, deleted from the beginning; its token goes as that of any deleted one, and then the row may be used anew.
alter table telephony_configurations
    add column former_of bigint references telephony_configurations,
    add check (former_of is null or deleted_at is not null);
create index telephony_configurations_former on telephony_configurations (former_of) where former_of is not null;

-- The domain that the session belongs to: the account's may be another by now. Null where an older version wrote it.
alter table outbox add column domain text;
update outbox o set domain = r.provider_domain from runs r where r.id = o.run_id and o.kind = 'hang_up';
