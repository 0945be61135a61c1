package io.agentstream.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a run of 80 seconds at 0.60 a minute may cost by how it ended.
final class MoneyJudgeTest {

    private static final CallId CALL = CallId.of(1_000, 1, 2);

    @ParameterizedTest
    @CsvSource({
        "completed,,0.80,",
        "completed,,0,COST_WRONG",
        "failed,peer_stalled,0.80,",
        "failed,peer_stalled,0,COST_WRONG",
        "failed,internal_error,0,",
        "failed,internal_error,0.80,COST_WRONG",
        "failed,internal_error,0.40,COST_WRONG",
        "failed,invented_later,0,",
        "failed,invented_later,0.80,",
        "failed,invented_later,0.40,COST_WRONG",
    })
    void whoIsToBlameSaysWhetherTalkCosts(String state, @Nullable String failure, BigDecimal cost, @Nullable Kind kind) {
        assertEquals(kind == null ? List.of() : List.of(kind), judge(row(state, failure, cost, true, true), null));
    }

    @ParameterizedTest
    @CsvSource({
        // Nobody ever held its conversation, and its caller heard nothing.
        "false,false,false,0,",
        "false,false,false,0.80,COST_WRONG",
        // Its caller heard the agent.
        "false,false,true,0.80,",
        "false,false,true,0,COST_WRONG",
        // That a worker had it became known too late, or it was too late itself.
        "true,false,false,0,",
        "true,false,false,0.80,",
        "true,false,false,0.40,COST_WRONG",
        "true,true,false,0.80,",
        "true,true,false,0,COST_WRONG",
    })
    void whatNobodyServedCostsNothing(boolean attended, boolean inTime, boolean heard, BigDecimal cost, @Nullable Kind kind) {
        CallEvent.Ended ended = ended(heard);

        assertEquals(kind == null ? List.of() : List.of(kind), judge(row("completed", null, cost, attended, inTime), ended));
    }

    /// What was decided without the socket's end did not know that its caller heard the agent, nor that he did not.
    @ParameterizedTest
    @CsvSource({
        "9,true,0,COST_WRONG", "8,true,0,", "8,true,0.80,", "9,false,0.80,COST_WRONG", "8,false,0.80,", "8,false,0.40,COST_WRONG",
    })
    void aSocketsEndThatCameLaterDoesNotJudge(long after, boolean heard, BigDecimal cost, @Nullable Kind kind) {
        CallEvent.Ended ended = ended(heard);
        RunEvent over = new RunEvent.Completed(
                CALL, after, Instant.ofEpochSecond(180), new RunEvent.RunRef(1, "run", 1, 1, 1, 0), End.CALLER_HANGUP, 1000, 80_000, null);

        assertEquals(kind == null ? List.of() : List.of(kind), judge(row("completed", null, cost, false, false), ended, over));
    }

    /// Orchestrators of before charged the talk of calls that nobody served.
    @ParameterizedTest
    @CsvSource({"181,0.80,", "181,0,", "181,0.40,COST_WRONG", "180,0.80,COST_WRONG", "180,0,"})
    void whatEndedBeforeAnybodyAskedWhetherItWasServedMayBePaid(long upgradedAt, BigDecimal cost, @Nullable Kind kind) {
        RunRecords.Row row = row("completed", null, cost, false, false, Instant.ofEpochSecond(upgradedAt));

        assertEquals(kind == null ? List.of() : List.of(kind), judge(row, ended(false)));
    }

    private static CallEvent.Ended ended(boolean heard) {
        Instant played = heard ? Instant.ofEpochSecond(101) : null;
        return new CallEvent.Ended(CALL, 9, Instant.ofEpochSecond(180), 1000, "", End.CALLER_HANGUP, null, null, null, played, null);
    }

    private static List<Kind> judge(RunRecords.Row row, CallEvent.@Nullable Ended ended) {
        return judge(row, ended, null);
    }

    private static List<Kind> judge(RunRecords.Row row, CallEvent.@Nullable Ended ended, @Nullable RunEvent over) {
        Evidence evidence = new Evidence(CALL);
        evidence.ended = ended;
        evidence.over = over;
        return MoneyJudge.judge(evidence, row).stream().map(Disagreement::kind).toList();
    }

    private static RunRecords.Row row(String state, @Nullable String failure, BigDecimal cost, boolean attended, boolean inTime) {
        return row(state, failure, cost, attended, inTime, null);
    }

    private static RunRecords.Row row(
            String state, @Nullable String failure, BigDecimal cost, boolean attended, boolean inTime, @Nullable Instant upgradedAt) {
        Instant startedAt = Instant.ofEpochSecond(100);
        return new RunRecords.Row(
                1, "run", CALL.value(), 1, 1, 1, state, failure, null, null, null, cost, new BigDecimal("0.60"), startedAt, startedAt,
                startedAt.plusSeconds(80), attended, inTime, false, cost, 80, 80, 0, List.of(), null, upgradedAt);
    }
}
