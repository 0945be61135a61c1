package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Empty;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.util.OptionalLong;

/// Whether and when the same is tried again, where nothing of an answer was given yet. A caller is listening to the silence, so waits are
/// short and few. Pure.
///
/// @param most retries after the first attempt
/// @param firstWaitMs before the first of them; each later one waits twice as long as the one before
/// @param maxWaitMs longest wait; a service that asks for a longer one is not waited for
public record Retry(int most, long firstWaitMs, long maxWaitMs) {

    public static final Retry USUAL = new Retry(2, 250, 2_000);

    /// @param done retries made so far
    /// @param random from 0 to 1: spreads those that failed together over the second half of the wait
    /// @return the wait; nothing where it is not tried again
    public OptionalLong waitMs(ServiceFailure failure, int done, double random) {
        if (done >= most) {
            return OptionalLong.empty();
        }
        long doubled = Math.min(maxWaitMs, firstWaitMs << Math.min(done, 16));
        long spread = (long) (doubled * (0.5 + random / 2));
        return switch (failure) {
            case Refused _ -> OptionalLong.empty();
            case Busy busy when busy.retryAfterMs() > maxWaitMs -> OptionalLong.empty();
            case Busy busy -> OptionalLong.of(Math.max(busy.retryAfterMs(), spread));
            case Broken _ -> OptionalLong.of(spread);
            // The limit was the wait.
            case Silent _, Empty _ -> done == 0 ? OptionalLong.of(0) : OptionalLong.empty();
        };
    }
}
