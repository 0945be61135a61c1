-- The largest epoch of the run's conversation events: a worker that writes with a smaller one has lost the conversation, and is not
-- believed. It must outlive the orchestrator that read it. Null as long as none of the events had one.
alter table runs add column conversation_epoch integer;
