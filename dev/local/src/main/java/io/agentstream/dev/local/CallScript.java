package io.agentstream.dev.local;

import io.agentstream.dev.simulator.caller.Action;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.Speech;
import io.agentstream.dev.simulator.caller.Step;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What every caller of one command does.
///
/// @param speech mu-law of what is said, or null
/// @param keys pressed one after the other
/// @param probe whether the agent echoes, so that numbered frames give the latency
/// @param scenario what goes wrong, or how else it goes
@SuppressWarnings("ArrayRecordComponent") // made once, compared never
record CallScript(
        URI url, String domain, byte @Nullable [] speech, List<String> keys, long maxMs, boolean probe, Scenario scenario) {

    /// How long the agent has to be silent before the caller takes the turn.
    private static final long POLITE_PAUSE_MS = 700;

    /// How long the agent has spoken before a caller who does not wait speaks too.
    private static final long INTO_IT_MS = 1_200;

    /// How a call goes.
    enum Scenario {
        /// As calls go.
        USUAL,
        /// The provider sends the agent's track back instead of the caller's: the agent hears nobody.
        ONE_WAY,
        /// The caller speaks while the agent does.
        BARGE_IN;

        static Scenario of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /// A new call, with ids of its own.
    CallPlan plan() {
        List<Step> steps = new ArrayList<>();
        if (speech != null) {
            Cue cue = scenario == Scenario.BARGE_IN ? new Cue.AgentSpeaks(INTO_IT_MS) : new Cue.AgentSilent(POLITE_PAUSE_MS);
            steps.add(new Step(cue, new Action.Say(Speech.ofMulaw(speech))));
        }
        for (String key : keys) {
            steps.add(new Step(
                    new Cue.AgentSilent(POLITE_PAUSE_MS),
                    new Action.Press(key.toUpperCase(Locale.ROOT).charAt(0))));
        }
        CallPlan plan = CallPlan.to(url, domain).withSteps(steps).withMaxMs(maxMs);
        if (scenario == Scenario.ONE_WAY) {
            return plan.withTrack("outbound");
        }
        return probe ? plan.withProbe() : plan;
    }

    @Override
    public String toString() {
        return "CallScript" + keys;
    }
}
