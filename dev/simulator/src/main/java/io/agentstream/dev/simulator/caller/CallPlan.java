package io.agentstream.dev.simulator.caller;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Everything about a call that is known before it is placed.
///
/// `accountSid` is the provider's domain. `maxMs` is the length after which the caller hangs up, at most an hour. `sendStop`:
/// whether a hang-up says `stop` before it closes. `echoMarks`: whether played marks are reported. `probe`: whether the caller
/// sends numbered frames instead of silence, to be told apart when an echo agent returns them. `track`: what the provider calls the track
/// that it sends; a gateway hears [#CALLERS_TRACK] only.
public record CallPlan(
        URI uri,
        String streamSid,
        String callSid,
        String session,
        String accountSid,
        String from,
        String to,
        Map<String, String> customParameters,
        List<Step> steps,
        long maxMs,
        boolean sendStop,
        boolean echoMarks,
        boolean probe,
        String track) {

    static final long LONGEST_MS = 3_600_000;

    static final String CALLERS_TRACK = "inbound";

    /// @throws IllegalArgumentException where `maxMs` is out of range
    public CallPlan {
        customParameters = Map.copyOf(customParameters);
        steps = List.copyOf(steps);
        if (maxMs <= 0 || maxMs > LONGEST_MS) {
            throw new IllegalArgumentException("a call lasts between 1 ms and " + LONGEST_MS + " ms");
        }
    }

    /// A call to `uri` from a provider's domain, with new ids, of at most 60 s, in which the caller only listens.
    public static CallPlan to(URI uri, String domain) {
        return new CallPlan(
                uri,
                "MZ" + id(),
                "CA" + id(),
                id(),
                domain,
                "+15550100",
                "+15550199",
                Map.of(),
                List.of(),
                60_000,
                true,
                true,
                false,
                CALLERS_TRACK);
    }

    private static String id() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    public CallPlan withSteps(List<Step> others) {
        return new CallPlan(uri, streamSid, callSid, session, accountSid, from, to, customParameters, others, maxMs, sendStop, echoMarks, probe, track);
    }

    public CallPlan withMaxMs(long other) {
        return new CallPlan(uri, streamSid, callSid, session, accountSid, from, to, customParameters, steps, other, sendStop, echoMarks, probe, track);
    }

    /// Numbered frames, for the latency of an echo.
    public CallPlan withProbe() {
        return new CallPlan(uri, streamSid, callSid, session, accountSid, from, to, customParameters, steps, maxMs, sendStop, echoMarks, true, track);
    }

    /// The provider sends this track, and no other.
    public CallPlan withTrack(String other) {
        return new CallPlan(uri, streamSid, callSid, session, accountSid, from, to, customParameters, steps, maxMs, sendStop, echoMarks, probe, other);
    }

    /// Without the address: its path holds the agent's secret.
    @Override
    public String toString() {
        return "CallPlan[session=" + session + "]";
    }
}
