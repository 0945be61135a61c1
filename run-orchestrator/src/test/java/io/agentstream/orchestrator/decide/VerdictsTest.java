package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.decide.Verdicts.Admission;
import io.agentstream.orchestrator.decide.Verdicts.Domain;
import io.agentstream.orchestrator.decide.Verdicts.Proof;
import io.agentstream.orchestrator.decide.Verdicts.Session;
import io.agentstream.schemas.Failure;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class VerdictsTest {

    private static final Domain NONE = new Domain.NotGiven();
    private static final Domain UNKNOWN = new Domain.Unknown("acme.cloudonix.net");
    private static final Domain TOKENLESS = new Domain.WithoutToken();
    private static final Domain USABLE = new Domain.Usable();

    static List<Arguments> admissions() {
        return List.of(
                Arguments.of("all is well", new Admission(null, true, false, true, true, USABLE), null),
                Arguments.of("the frame may give the domain", new Admission(null, true, false, true, true, NONE), null),
                Arguments.of("row 4 before all", new Admission(null, false, false, false, false, UNKNOWN), Failure.WORKFLOW_NOT_FOUND),
                Arguments.of("row 4 before 4a", new Admission(null, false, true, true, true, USABLE), Failure.WORKFLOW_NOT_FOUND),
                Arguments.of("row 4a before 5", new Admission(null, true, true, false, false, UNKNOWN), Failure.SUSPENDED),
                Arguments.of("row 4a alone", new Admission(null, true, true, true, true, USABLE), Failure.SUSPENDED),
                Arguments.of("row 5 before 6", new Admission(null, true, false, false, false, UNKNOWN), Failure.QUOTA_EXCEEDED),
                Arguments.of("row 5 alone", new Admission(null, true, false, false, true, NONE), Failure.QUOTA_EXCEEDED),
                Arguments.of("row 6 before 8", new Admission(null, true, false, true, false, UNKNOWN), Failure.CONCURRENCY_LIMIT),
                Arguments.of("row 6 before 7", new Admission(null, true, false, true, false, NONE), Failure.CONCURRENCY_LIMIT),
                Arguments.of("row 8", new Admission(null, true, false, true, true, UNKNOWN), Failure.UNKNOWN_DOMAIN),
                Arguments.of("row 9", new Admission(null, true, false, true, true, TOKENLESS), Failure.MISSING_BEARER_TOKEN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("admissions")
    void firstCauseDecidesAdmission(String name, Admission facts, Failure expected) {
        assertEquals(Optional.ofNullable(expected), Verdicts.admission(facts).map(Refusal::failure));
    }

    static List<Arguments> proofs() {
        return List.of(
                Arguments.of("all is well", new Proof(true, true, USABLE, true, true, Session.LIVE), null),
                Arguments.of("row 5 before 6", new Proof(false, false, NONE, false, true, Session.NOT_ASKED), Failure.QUOTA_EXCEEDED),
                Arguments.of("row 6 before 7", new Proof(true, false, NONE, false, true, Session.NOT_ASKED), Failure.CONCURRENCY_LIMIT),
                Arguments.of("row 6 before 13", new Proof(true, false, USABLE, true, true, Session.NOT_CONFIRMED), Failure.CONCURRENCY_LIMIT),
                Arguments.of("row 7 before 12", new Proof(true, true, NONE, false, true, Session.NOT_ASKED), Failure.MISSING_DOMAIN),
                Arguments.of("row 8 before 12", new Proof(true, true, UNKNOWN, false, true, Session.NOT_ASKED), Failure.UNKNOWN_DOMAIN),
                Arguments.of("row 9 before 12", new Proof(true, true, TOKENLESS, false, true, Session.NOT_ASKED), Failure.MISSING_BEARER_TOKEN),
                Arguments.of("row 12 before 13", new Proof(true, true, USABLE, false, true, Session.NOT_CONFIRMED), Failure.MISSING_STREAM_IDENTIFIERS),
                Arguments.of("row 12 before 12a", new Proof(true, true, USABLE, false, false, Session.NOT_ASKED), Failure.MISSING_STREAM_IDENTIFIERS),
                Arguments.of("row 12a before 13", new Proof(true, true, USABLE, true, false, Session.NOT_ASKED), Failure.UNSUPPORTED_MEDIA),
                Arguments.of("row 13", new Proof(true, true, USABLE, true, true, Session.NOT_CONFIRMED), Failure.SESSION_INVALID),
                Arguments.of("row 15", new Proof(true, true, USABLE, true, true, Session.NOT_ASKED), Failure.INTERNAL_ERROR));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("proofs")
    void firstCauseDecidesProof(String name, Proof facts, Failure expected) {
        assertEquals(Optional.ofNullable(expected), Verdicts.proof(facts).map(Refusal::failure));
    }
}
