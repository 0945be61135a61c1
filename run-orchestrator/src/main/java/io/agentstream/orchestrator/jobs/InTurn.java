package io.agentstream.orchestrator.jobs;

import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// A request that goes to a provider in a turn of its account's line. Any thread.
final class InTurn {

    /// Longer than a request takes until it is on its way; whoever was answered later may have been heard later too.
    private static final Duration PROMPT = Duration.ofMillis(100);

    /// How long a turn can be used. Well below the window of any provider's limit.
    private static final Duration LASTS = Duration.ofSeconds(1);

    private InTurn() {}

    /// Nothing where the turn is over, because we stood still meanwhile: somebody else has had it since. Where the answer takes long, the
    /// turn counts from then on: a request counts at the provider when it arrives.
    static <T> Optional<T> ask(Sessions sessions, Account account, Turns turn, Supplier<T> request) {
        if (turn.age().compareTo(LASTS) > 0) {
            return Optional.empty();
        }
        T answer = request.get();
        if (turn.age().compareTo(PROMPT) > 0) {
            sessions.late(account, turn);
        }
        return Optional.of(answer);
    }

    /// In a turn of its own, once it is noted what the request is going to be. Nothing where there is no turn, or what is noted is somebody else's
    /// by now: then nobody was asked.
    ///
    /// @param note says whether it may be asked
    static <T> Optional<T> asNoted(Sessions sessions, Database database, Account account, Database.Work<Boolean> note, Supplier<T> request) {
        Turns turn = sessions.turns(account, 1);
        return turn.count() == 0
                ? Optional.empty()
                : ask(sessions, account, turn, () -> database.withConnection(note) ? Optional.of(request.get()) : Optional.<T>empty())
                        .flatMap(answer -> answer);
    }
}
