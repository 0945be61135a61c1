package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.RunMachine.Effect;
import io.agentstream.orchestrator.decide.RunMachine.Input;
import io.agentstream.orchestrator.decide.RunMachine.State;
import io.agentstream.orchestrator.decide.Verdicts.Admission;
import io.agentstream.orchestrator.decide.Verdicts.Domain;
import io.agentstream.orchestrator.decide.Verdicts.Proof;
import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.runtime.StateDiagram;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RunMachineTest {

    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant NOW = T0.plusSeconds(1);
    private static final Instant DEADLINE = T0.plusSeconds(10);
    private static final Instant LATE = T0.plusSeconds(11);

    private static final State UNKNOWN = new State.Unknown();
    private static final State REFUSED = new State.Refused(Failure.WORKFLOW_NOT_FOUND);
    private static final State INITIALIZED = new State.Initialized();
    private static final State RUNNING = new State.Running(T0);
    private static final State OVER = new State.Over();

    private static final Admission GOOD = new Admission(null, true, false, true, true, new Domain.Usable());
    private static final Admission NO_QUOTA = new Admission(null, true, false, false, true, new Domain.Usable());
    private static final Proof PROVED = new Proof(true, true, new Domain.Usable(), true, true, Session.LIVE);
    private static final Proof NOT_PROVED = new Proof(true, true, new Domain.Usable(), true, true, Session.NOT_CONFIRMED);

    private static final Effect REFUSE = new Effect.Refuse(Refusal.of(Failure.WORKFLOW_NOT_FOUND));
    private static final Effect REPEAT = new Effect.Repeat();
    private static final Refusal OURS = Refusal.of(Failure.INTERNAL_ERROR);

    record Row(String name, State state, Input input, State next, List<Effect> effects) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(String name, State state, Input input, State next, Effect... effects) {
        return new Row(name, state, input, next, Arrays.asList(effects));
    }

    private static Input offered(Admission facts, Instant now) {
        return new Input.Offered(facts, now, DEADLINE);
    }

    private static Input started(Proof facts, Instant now) {
        return new Input.Started(facts, now, DEADLINE, false);
    }

    private static Input ended(End end) {
        return new Input.Ended(NOW, 1000, "", end, null);
    }

    private static Input failed(Failure failure, String reason) {
        return new Input.Ended(NOW, failure.closeCode(), reason, null, failure);
    }

    private static Effect complete(End end) {
        return new Effect.Complete(end, 1000, NOW, 1_000);
    }

    static List<Row> rows() {
        Input quiet = new Input.Quiet(NOW);
        Input alone = new Input.Unattended(NOW);
        return List.of(
                row("a good offer makes a run", UNKNOWN, offered(GOOD, NOW), INITIALIZED, new Effect.Create()),
                row("an unknown agent makes none", UNKNOWN, offered(Admission.NO_AGENT, NOW), REFUSED, REFUSE),
                row("a refused offer makes a failed run", UNKNOWN, offered(NO_QUOTA, NOW), OVER,
                        new Effect.CreateFailed(Refusal.of(Failure.QUOTA_EXCEEDED))),
                row("an offer at its deadline is in time", UNKNOWN, offered(GOOD, DEADLINE), INITIALIZED, new Effect.Create()),
                row("a late offer makes a failed run", UNKNOWN, offered(GOOD, LATE), OVER, new Effect.CreateFailed(OURS)),
                row("late goes before what is wrong by now", UNKNOWN, offered(NO_QUOTA, LATE), OVER, new Effect.CreateFailed(OURS)),
                row("a late offer of an unknown agent makes none", UNKNOWN, offered(Admission.NO_AGENT, LATE), REFUSED, REFUSE),
                row("an offer of a provider that we do not speak with makes none", UNKNOWN, offered(Admission.unsupported("x"), NOW),
                        new State.Refused(Failure.UNSUPPORTED_PROVIDER),
                        new Effect.Refuse(Refusal.of(Failure.UNSUPPORTED_PROVIDER, "x"))),
                row("a refusal is remembered", REFUSED, offered(GOOD, NOW), REFUSED, REFUSE),
                row("an offer again", INITIALIZED, offered(GOOD, NOW), INITIALIZED, REPEAT),
                row("an offer again, later", INITIALIZED, offered(NO_QUOTA, LATE), INITIALIZED, REPEAT),
                row("an offer again while running", RUNNING, offered(GOOD, NOW), RUNNING, REPEAT),
                row("an offer again when all is over", OVER, offered(GOOD, NOW), OVER, REPEAT),

                row("a start of nobody's", UNKNOWN, started(PROVED, NOW), UNKNOWN),
                row("a start of a refused call", REFUSED, started(PROVED, NOW), REFUSED),
                row("a proved start", INITIALIZED, started(PROVED, NOW), new State.Running(NOW), new Effect.Begin(NOW)),
                row("a start that is not proved", INITIALIZED, started(NOT_PROVED, NOW), OVER,
                        new Effect.Fail(Refusal.of(Failure.SESSION_INVALID), NOW)),
                row("a proved start that a newer socket has overtaken", INITIALIZED, new Input.Started(PROVED, NOW, DEADLINE, true), OVER,
                        new Effect.Complete(End.REPLACED, 1000, NOW, 0)),
                row("a start that is overtaken and not proved", INITIALIZED, new Input.Started(NOT_PROVED, NOW, DEADLINE, true), OVER,
                        new Effect.Fail(Refusal.of(Failure.SESSION_INVALID), NOW)),
                row("a late start", INITIALIZED, started(PROVED, LATE), OVER, new Effect.Fail(OURS, LATE)),
                row("a start again", RUNNING, started(PROVED, LATE), RUNNING, REPEAT),
                row("a start again when all is over", OVER, started(PROVED, NOW), OVER, REPEAT),

                row("an end of nobody's", UNKNOWN, ended(End.CALLER_HANGUP), UNKNOWN),
                row("an end of a refused call", REFUSED, failed(Failure.WORKFLOW_NOT_FOUND, "Workflow not found"), REFUSED),
                row("a handshake that fails", INITIALIZED, failed(Failure.HANDSHAKE_TIMEOUT, "Handshake timeout"), OVER,
                        new Effect.Fail(Refusal.of(Failure.HANDSHAKE_TIMEOUT), NOW)),
                row("the reason that the peer got is kept", INITIALIZED, failed(Failure.EXPECTED_START, "other words"), OVER,
                        new Effect.Fail(new Refusal(Failure.EXPECTED_START, "other words"), NOW)),
                row("an abandoned call has no close reason", INITIALIZED, failed(Failure.ABANDONED, ""), OVER,
                        new Effect.Fail(Refusal.of(Failure.ABANDONED), NOW)),
                row("a caller's hang-up before talk", INITIALIZED, ended(End.CALLER_HANGUP), OVER,
                        new Effect.Fail(Refusal.of(Failure.ABANDONED), NOW)),
                row("another end before talk", INITIALIZED, ended(End.DRAINED), OVER, new Effect.Fail(OURS, NOW)),
                row("caller hangs up", RUNNING, ended(End.CALLER_HANGUP), OVER, complete(End.CALLER_HANGUP)),
                row("caller hangs up before the gateway knows that the run is running", RUNNING, failed(Failure.ABANDONED, ""), OVER,
                        complete(End.CALLER_HANGUP)),
                row("transferred", RUNNING, ended(End.TRANSFERRED), OVER, complete(End.TRANSFERRED)),
                row("agent hangs up", RUNNING, ended(End.AGENT_HANGUP), OVER, complete(End.AGENT_HANGUP), new Effect.HangUp()),
                row("too long", RUNNING, ended(End.MAX_DURATION), OVER, complete(End.MAX_DURATION), new Effect.HangUp()),
                row("idle", RUNNING, ended(End.IDLE), OVER, complete(End.IDLE), new Effect.HangUp()),
                row("drained", RUNNING, ended(End.DRAINED), OVER, complete(End.DRAINED), new Effect.HangUp()),
                row("a peer that misbehaves", RUNNING, failed(Failure.MALFORMED_MESSAGE, "Malformed message"), OVER,
                        new Effect.Fail(Refusal.of(Failure.MALFORMED_MESSAGE), NOW)),
                row("an end that says nothing", RUNNING, new Input.Ended(NOW, 1000, "", null, null), OVER, new Effect.Fail(OURS, NOW)),
                row("clocks that differ", new State.Running(LATE), ended(End.CALLER_HANGUP), OVER,
                        new Effect.Complete(End.CALLER_HANGUP, 1000, LATE, 0)),
                row("an end again", OVER, ended(End.CALLER_HANGUP), OVER, REPEAT),
                row("an end again by the agent", OVER, ended(End.AGENT_HANGUP), OVER, REPEAT),

                row("quiet, but nobody's", UNKNOWN, quiet, UNKNOWN),
                row("quiet, but refused", REFUSED, quiet, REFUSED),
                row("quiet before talk", INITIALIZED, quiet, OVER, new Effect.Fail(OURS, NOW)),
                row("quiet while running", RUNNING, quiet, OVER, new Effect.Complete(End.LOST, null, NOW, 1_000), new Effect.HangUp()),
                row("quiet, but over", OVER, quiet, OVER),

                row("replaced, but nobody's", UNKNOWN, new Input.Replaced(NOW), UNKNOWN),
                row("replaced, but refused", REFUSED, new Input.Replaced(NOW), REFUSED),
                row("replaced before talk", INITIALIZED, new Input.Replaced(NOW), INITIALIZED),
                row("replaced", RUNNING, new Input.Replaced(NOW), OVER, complete(End.REPLACED)),
                row("replaced, but over", OVER, new Input.Replaced(NOW), OVER),

                row("without a conversation, but nobody's", UNKNOWN, alone, UNKNOWN),
                row("without a conversation, but refused", REFUSED, alone, REFUSED),
                row("without a conversation before talk", INITIALIZED, alone, INITIALIZED),
                row("running without a conversation", RUNNING, alone, OVER, new Effect.Fail(OURS, NOW)),
                row("without a conversation, by a clock that is behind", new State.Running(LATE), alone, OVER,
                        new Effect.Fail(OURS, LATE)),
                row("without a conversation, but over", OVER, alone, OVER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void steps(Row row) {
        assertEquals(new Step<>(row.next(), row.effects()), RunMachine.step(row.state(), row.input()));
    }

    @Test
    void hasARowForEachStateAndInput() {
        Set<String> covered = rows().stream()
                .map(r -> r.state().getClass().getSimpleName() + " " + r.input().getClass().getSimpleName())
                .collect(Collectors.toSet());
        for (Class<?> state : State.class.getPermittedSubclasses()) {
            for (Class<?> input : kinds(Input.class)) {
                assertTrue(covered.contains(state.getSimpleName() + " " + input.getSimpleName()), state + " x " + input);
            }
        }
    }

    /// The records below a sealed type.
    private static List<Class<?>> kinds(Class<?> type) {
        return Arrays.stream(type.getPermittedSubclasses())
                .flatMap(kind -> kind.isSealed() ? kinds(kind).stream() : Stream.of(kind))
                .toList();
    }

    @Test
    void neverLeavesTheEnd() {
        for (Row row : rows()) {
            Step<State, ? extends Effect> step = RunMachine.step(OVER, row.input());
            assertEquals(OVER, step.state(), row.name());
            assertTrue(
                    step.effects().stream().allMatch(e -> e instanceof Effect.Repeat || e instanceof Effect.HangUp), row.name());
        }
    }

    @Test
    void thePageShowsTheTestedSteps() throws IOException {
        StateDiagram diagram = new StateDiagram("RunMachine");
        rows().forEach(row -> diagram.step(row.state().getClass(), row.input().getClass(), row.next().getClass()));

        diagram.check();
    }
}
