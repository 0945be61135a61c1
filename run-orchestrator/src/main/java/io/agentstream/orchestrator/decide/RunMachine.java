package io.agentstream.orchestrator.decide;

import io.agentstream.runtime.Step;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of a run when something is known of its call. Pure; any thread.
///
/// The state is what the database says inside the transaction that the effects are done in. A record that comes again finds a
/// state that is further on, and the effect [Effect.Repeat] says that what was decided on it may not have been said yet.
final class RunMachine {

    /// Where the call's run is.
    sealed interface State {
        /// Nothing is known of the call.
        record Unknown() implements State {}

        /// The call was refused without a run.
        record Refused(Failure failure) implements State {}

        record Initialized() implements State {}

        record Running(Instant startedAt) implements State {}

        /// Completed or failed: final.
        record Over() implements State {}
    }

    sealed interface Input {
        /// A socket was accepted; `deadline` is when its handshake is over in any case.
        record Offered(Verdicts.Admission facts, Instant now, Instant deadline) implements Input {}

        /// The start message was read, and whatever it takes to prove the call was asked.
        ///
        /// @param overtaken whether the provider has opened a newer socket for the same session, and that one runs
        record Started(Verdicts.Proof facts, Instant now, Instant deadline, boolean overtaken) implements Input {}

        /// The socket is closed: exactly one of `end` and `failure` is there, else it counts as an error of ours.
        record Ended(Instant at, int closeCode, String closeReason, @Nullable End end, @Nullable Failure failure)
                implements Closing {}

        /// Nobody has said anything of the call for too long; `lastSeenAt` is when somebody last did.
        record Quiet(Instant lastSeenAt) implements Closing {}

        /// Nobody holds the call's conversation.
        record Unattended(Instant now) implements Closing {}

        /// The provider has opened a newer socket for the session.
        record Replaced(Instant now) implements Closing {}

        /// What ends calls.
        sealed interface Closing extends Input {}
    }

    /// What is to be done in the transaction, and afterwards; each kind of input has its own effects.
    sealed interface Effect {
        sealed interface OfOffer extends Effect {}

        sealed interface OfStart extends Effect {}

        sealed interface OfEnd extends Effect {}

        /// Remember that the call gets no run.
        record Refuse(Refusal refusal) implements OfOffer {}

        record Create() implements OfOffer {}

        /// Make a run that is over at once.
        record CreateFailed(Refusal refusal) implements OfOffer {}

        record Begin(Instant at) implements OfStart {}

        record Fail(Refusal refusal, Instant at) implements OfStart, OfEnd {}

        /// `closeCode` is absent where nobody saw the socket close.
        record Complete(End end, @Nullable Integer closeCode, Instant at, long durationMs) implements OfStart, OfEnd {}

        /// Say what was decided on this record when it first came, unless it was said.
        record Repeat() implements OfOffer, OfStart, OfEnd {}

        /// The provider is to end the call: closing the socket does not.
        record HangUp() implements OfEnd {}
    }

    private RunMachine() {}

    static Step<State, ? extends Effect> step(State state, Input input) {
        return switch (input) {
            case Input.Offered offered -> offered(state, offered);
            case Input.Started started -> started(state, started);
            case Input.Closing end -> closed(state, end);
        };
    }

    static Step<State, Effect.OfEnd> closed(State state, Input.Closing input) {
        return switch (input) {
            case Input.Ended ended -> ended(state, ended);
            case Input.Quiet quiet -> quiet(state, quiet);
            case Input.Unattended unattended -> unattended(state, unattended);
            case Input.Replaced replaced -> replaced(state, replaced);
        };
    }

    /// An offer that is only read when its handshake is over was refused by its gateway long ago: the run says so. It may never
    /// become an open run, because nobody might be left to end it.
    static Step<State, Effect.OfOffer> offered(State state, Input.Offered input) {
        return switch (state) {
            case State.Unknown unknown -> {
                Optional<Refusal> verdict = Verdicts.admission(input.facts());
                if (!input.facts().getsRun()) {
                    Refusal refusal = verdict.orElseThrow();
                    yield Step.to(new State.Refused(refusal.failure()), new Effect.Refuse(refusal));
                }
                if (input.now().isAfter(input.deadline())) {
                    verdict = Optional.of(Refusal.of(Failure.INTERNAL_ERROR));
                }
                yield verdict.isPresent()
                        ? Step.to(new State.Over(), new Effect.CreateFailed(verdict.get()))
                        : Step.to(new State.Initialized(), new Effect.Create());
            }
            case State.Refused refused -> Step.to(refused, new Effect.Refuse(Refusal.of(refused.failure())));
            case State.Initialized initialized -> Step.to(initialized, new Effect.Repeat());
            case State.Running running -> Step.to(running, new Effect.Repeat());
            case State.Over over -> Step.to(over, new Effect.Repeat());
        };
    }

    static Step<State, Effect.OfStart> started(State state, Input.Started input) {
        return switch (state) {
            case State.Unknown unknown -> Step.stay(unknown);
            case State.Refused refused -> Step.stay(refused);
            case State.Initialized initialized -> {
                Optional<Refusal> verdict = input.now().isAfter(input.deadline())
                        ? Optional.of(Refusal.of(Failure.INTERNAL_ERROR))
                        : Verdicts.proof(input.facts());
                if (verdict.isEmpty() && input.overtaken()) {
                    yield Step.to(new State.Over(), new Effect.Complete(End.REPLACED, 1000, input.now(), 0));
                }
                yield verdict.isPresent()
                        ? Step.to(new State.Over(), new Effect.Fail(verdict.get(), input.now()))
                        : Step.to(new State.Running(input.now()), new Effect.Begin(input.now()));
            }
            case State.Running running -> Step.to(running, new Effect.Repeat());
            case State.Over over -> Step.to(over, new Effect.Repeat());
        };
    }

    private static Step<State, Effect.OfEnd> ended(State state, Input.Ended input) {
        return switch (state) {
            case State.Unknown unknown -> Step.stay(unknown);
            case State.Refused refused -> Step.stay(refused);
            case State.Initialized initialized ->
                Step.to(new State.Over(), new Effect.Fail(beforeRunning(input), input.at()));
            case State.Running running -> {
                End end = onceRunning(input);
                if (end == null) {
                    yield Step.to(new State.Over(), new Effect.Fail(failed(input), notBefore(running, input.at())));
                }
                Effect.OfEnd complete = complete(running, end, input.closeCode(), input.at());
                yield hangsUp(end)
                        ? Step.to(new State.Over(), complete, new Effect.HangUp())
                        : Step.to(new State.Over(), complete);
            }
            case State.Over over -> Step.to(over, new Effect.Repeat());
        };
    }

    private static Step<State, Effect.OfEnd> quiet(State state, Input.Quiet input) {
        return switch (state) {
            case State.Unknown unknown -> Step.stay(unknown);
            case State.Refused refused -> Step.stay(refused);
            case State.Initialized initialized ->
                Step.to(new State.Over(), new Effect.Fail(Refusal.of(Failure.INTERNAL_ERROR), input.lastSeenAt()));
            case State.Running running ->
                Step.to(new State.Over(), complete(running, End.LOST, null, input.lastSeenAt()), new Effect.HangUp());
            case State.Over over -> Step.stay(over);
        };
    }

    private static Step<State, Effect.OfEnd> replaced(State state, Input.Replaced input) {
        return switch (state) {
            case State.Running running -> Step.to(new State.Over(), complete(running, End.REPLACED, 1000, input.now()));
            case State.Unknown unknown -> Step.stay(unknown);
            case State.Refused refused -> Step.stay(refused);
            case State.Initialized initialized -> Step.stay(initialized);
            case State.Over over -> Step.stay(over);
        };
    }

    /// Nobody pays for silence: the run fails, and a run that fails by us costs nothing.
    private static Step<State, Effect.OfEnd> unattended(State state, Input.Unattended input) {
        return switch (state) {
            case State.Running running -> Step.to(
                    new State.Over(), new Effect.Fail(Refusal.of(Failure.INTERNAL_ERROR), notBefore(running, input.now())));
            case State.Unknown unknown -> Step.stay(unknown);
            case State.Refused refused -> Step.stay(refused);
            case State.Initialized initialized -> Step.stay(initialized);
            case State.Over over -> Step.stay(over);
        };
    }

    /// Whether the call goes on at the provider when its socket is closed, though it should not.
    static boolean hangsUp(End end) {
        return switch (end) {
            case AGENT_HANGUP, MAX_DURATION, IDLE, DRAINED, CREDITS -> true;
            case CALLER_HANGUP, TRANSFERRED, REPLACED, LOST, OTHER -> false; // of another end only its writer knows what is to be done
        };
    }

    /// A call that never came to talk has not ended as calls do, whatever its gateway called it.
    private static Refusal beforeRunning(Input.Ended input) {
        if (input.end() == null) {
            return failed(input);
        }
        return Refusal.of(input.end() == End.CALLER_HANGUP ? Failure.ABANDONED : Failure.INTERNAL_ERROR);
    }

    /// How a running call ended, or null where it failed. The caller may hang up before the gateway knows that the run is
    /// running: the gateway calls that abandoned, but here the call has begun.
    private static @Nullable End onceRunning(Input.Ended input) {
        return input.failure() == Failure.ABANDONED ? End.CALLER_HANGUP : input.end();
    }

    private static Refusal failed(Input.Ended input) {
        return input.failure() == null
                ? Refusal.of(Failure.INTERNAL_ERROR)
                : new Refusal(input.failure(), input.closeReason().isEmpty() ? input.failure().reason() : input.closeReason());
    }

    private static Effect.OfEnd complete(State.Running running, End end, @Nullable Integer closeCode, Instant at) {
        Instant endedAt = notBefore(running, at);
        return new Effect.Complete(
                end, closeCode, endedAt, endedAt.toEpochMilli() - running.startedAt().toEpochMilli());
    }

    /// Two machines' clocks may differ: a run does not end before it began.
    private static Instant notBefore(State.Running running, Instant at) {
        return at.isBefore(running.startedAt()) ? running.startedAt() : at;
    }
}
