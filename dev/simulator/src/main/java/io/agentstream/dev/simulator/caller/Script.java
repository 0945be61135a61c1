package io.agentstream.dev.simulator.caller;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Where the caller is in the steps of the plan. Confined to the thread of its call; time is milliseconds after `start`.
final class Script {

    private final Deque<Step> steps;
    private long lastDoneMs;

    Script(List<Step> steps) {
        this.steps = new ArrayDeque<>(steps);
    }

    /// The action that is due now, taken from the list, or nothing.
    Optional<Action> due(Ear ear, long nowMs) {
        Step next = steps.peekFirst();
        if (next == null || !isDue(next.cue(), ear, nowMs)) {
            return Optional.empty();
        }
        steps.removeFirst();
        return Optional.of(next.action());
    }

    private boolean isDue(Cue cue, Ear ear, long nowMs) {
        return switch (cue) {
            case Cue.At at -> nowMs >= at.ms();
            case Cue.Then then -> nowMs - lastDoneMs >= then.afterMs();
            case Cue.AgentSpeaks speaks -> ear.hasSpokenFor(speaks.afterMs(), nowMs);
            case Cue.AgentSilent silent -> ear.isSilentFor(silent.afterMs(), lastDoneMs, nowMs);
        };
    }

    void done(long nowMs) {
        lastDoneMs = nowMs;
    }
}
