package io.agentstream.orchestrator.decide;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.calllog.timeline.TimelineLimits;
import io.agentstream.orchestrator.store.Talked;
import io.agentstream.schemas.CallEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was wrong with a call that ended as calls do, as its gateway and its conversation tell. Pure; any thread.
final class SilentFaults {

    private SilentFaults() {}

    /// @param socket what the gateway said at the end; of an older gateway, which says little, nothing is found
    /// @param startedAt when the run was running
    static List<SilentFault> of(CallEvent.Ended socket, Instant startedAt, Talked talk, TimelineLimits limits) {
        List<SilentFault> found = new ArrayList<>();
        Long playedMs = socket.playedMs();
        if (playedMs == null) {
            return found;
        }
        boolean isLong = Duration.between(startedAt, socket.at()).toMillis() >= limits.judgedFromMs();
        if (isLong && talk.keys() == 0) {
            if (socket.firstHeardAt() == null) {
                found.add(SilentFault.NO_CALLER_AUDIO);
            } else if (Boolean.TRUE.equals(socket.callerSilent())) {
                found.add(SilentFault.CALLER_SILENT);
            }
        }
        if (isLong && playedMs == 0) {
            found.add(talk.agentTurns() == 0 ? SilentFault.AGENT_NEVER_ANSWERED : SilentFault.AGENT_UNHEARD);
        } else if (isLong && Boolean.TRUE.equals(socket.agentSilent())) {
            found.add(SilentFault.AGENT_SILENT);
        }
        if (isSlow(talk.slowestMs(), limits) || isSlow(firstWordMs(socket, startedAt), limits)) {
            found.add(SilentFault.SLOW_TURN);
        }
        return found;
    }

    private static @Nullable Long firstWordMs(CallEvent.Ended socket, Instant startedAt) {
        Instant firstPlayed = socket.firstPlayedAt();
        return firstPlayed == null ? null : (Long) Duration.between(startedAt, firstPlayed).toMillis();
    }

    private static boolean isSlow(@Nullable Long ms, TimelineLimits limits) {
        return ms != null && ms > limits.slowTurnMs();
    }
}
