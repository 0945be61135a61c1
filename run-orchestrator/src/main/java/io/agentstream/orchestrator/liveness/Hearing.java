package io.agentstream.orchestrator.liveness;

/// What the loop that reads calls hands over to the reaper, without waiting for the database.
public record Hearing(Heartbeats heartbeats, Beginnings beginnings, EndsUnderWay ends, Listening listening) {

    public Hearing() {
        this(new Heartbeats(), new Beginnings(), new EndsUnderWay(), new Listening());
    }
}
