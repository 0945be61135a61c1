package io.agentstream.schemas;

import java.time.Instant;

@Doc("What an organisation used in one minute, by the time at which its runs ended.")
public record Usage(
        @Doc("Number of the organisation.") long organizationId,
        @Doc("Beginning of the minute.") Instant minute,
        @Doc("Runs that ended.") long completed,
        @Doc("Runs that failed.") long failed,
        @Doc("Milliseconds of talk of the runs that ended.") long talkMs) {}
