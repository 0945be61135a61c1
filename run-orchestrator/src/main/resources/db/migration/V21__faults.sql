-- What was wrong with a call that nobody complained of: codes, as on run.events.v1. Null: nothing was, or nobody could tell.
alter table runs add column faults text[];
