package io.agentstream.calllog.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.calllog.RecordedCall;
import io.agentstream.schemas.CallId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a person sees of a verification.
final class VerificationTextTest {

    @Test
    void whatARecordHoldsGivesTheTerminalNoOrders() {
        // given orders of both kinds, a mark that turns the direction, an end of line
        Verification of = new Verification(
                CallId.of(RecordedCall.START_MS, 1, 2), 1, 1, 3, Optional.empty(),
                List.of("\u001b[31mred, \u009b2Jclear, \u202eback,\u2028next"), List.of());

        // when
        List<String> lines = VerificationText.lines("WR-AGS-00000001", of);

        // then
        assertEquals("  not run again: ?[31mred, ?2Jclear, ?back,?next", lines.getLast());
    }
}
