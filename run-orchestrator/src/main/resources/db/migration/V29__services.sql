-- What a run's services were used for, by service: the sum of what its conversation told. Null: nothing was told.
alter table runs add column services jsonb;
