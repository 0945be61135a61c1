package io.agentstream.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.CallId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a run of 80 seconds at 0.60 a minute may cost by how it ended.
final class MoneyJudgeTest {

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
        CallId call = CallId.of(1_000, 1, 2);
        Instant startedAt = Instant.ofEpochSecond(100);
        RunRecords.Row row = new RunRecords.Row(
                1, "run", call.value(), 1, 1, 1, state, failure, null, null, null, cost, new BigDecimal("0.60"), startedAt, startedAt,
                startedAt.plusSeconds(80), false, cost, 80, 80, 0);

        List<Kind> found = MoneyJudge.judge(new Evidence(call), row).stream().map(Disagreement::kind).toList();

        assertEquals(kind == null ? List.of() : List.of(kind), found);
    }
}
