-- An agent's runs in a state are found among the organisation's runs in that state (V11), or among the agent's runs where most are in
-- it. This index was a new entry for each run three times, and seldom asked.
set lock_timeout = 0;
drop index concurrently if exists runs_by_state;
set lock_timeout = '2s';
