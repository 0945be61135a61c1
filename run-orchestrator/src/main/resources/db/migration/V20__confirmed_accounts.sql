-- What of a provider account the provider has confirmed: the hash of its domain and its token as it is stored, when a session was found live with
-- them. Whoever changes one of the two has it confirmed anew, also where an older version changes it. Confirmed accounts of one domain share
-- the provider's limit for it, whoever they belong to.
alter table telephony_configurations add column confirmed bytea check (length(confirmed) = 32);
