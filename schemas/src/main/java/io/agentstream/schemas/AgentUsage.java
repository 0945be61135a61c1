package io.agentstream.schemas;

@Doc("What one agent's runs used in a minute.")
public record AgentUsage(
        @Doc("Its runs that ended.") long completed,
        @Doc("Its runs that failed.") long failed,
        @Doc("Its runs that came to talk.") long admitted,
        @Doc("Started seconds of talk.") long seconds,
        @Doc("What was charged, as a decimal number.") String cost) {}
