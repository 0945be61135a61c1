package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WorkerSecretTest {

    private static final String PATH = WorkerSecret.PATH + "7/openai";
    private static final long NOW = 1_790_000_000;

    private final WorkerSecret worker = of("0123456789012345678901234567890123456789");
    private final WorkerSecret orchestrator = of("0123456789012345678901234567890123456789");
    private final WorkerSecret stranger = of("9876543210987654321098765432109876543210");

    private static WorkerSecret of(String secret) {
        return new WorkerSecret(new Secret(secret), new SecureRandom());
    }

    @Test
    void aQuestionOfOursIsKnownForTwoMinutes() {
        String signature = worker.sign(PATH, NOW);

        assertTrue(orchestrator.isSigned(PATH, Long.toString(NOW), signature, NOW + 120));
        assertTrue(orchestrator.isSigned(PATH, Long.toString(NOW), signature, NOW - 120));
        assertFalse(orchestrator.isSigned(PATH, Long.toString(NOW), signature, NOW + 121));
    }

    @Test
    void aQuestionOfSomebodyElseOrForSomethingElseIsNot() {
        String signature = worker.sign(PATH, NOW);

        assertFalse(orchestrator.isSigned(PATH, Long.toString(NOW), stranger.sign(PATH, NOW), NOW));
        assertFalse(orchestrator.isSigned(WorkerSecret.PATH + "8/openai", Long.toString(NOW), signature, NOW));
        assertFalse(orchestrator.isSigned(PATH, Long.toString(NOW + 1), signature, NOW));
        assertFalse(orchestrator.isSigned(PATH, "", "", NOW));
        assertFalse(orchestrator.isSigned(PATH, "-1", signature, NOW));
    }

    @Test
    void anAnswerOpensForWhoAskedAndForThatQuestionOnly() {
        String signature = worker.sign(PATH, NOW);

        String sealed = orchestrator.seal(new Secret("sk-1"), signature);

        assertEquals(Optional.of(new Secret("sk-1")), worker.open(sealed, signature));
        assertEquals(Optional.empty(), stranger.open(sealed, signature));
        assertEquals(Optional.empty(), worker.open(sealed, worker.sign(PATH, NOW + 1)));
        assertEquals(Optional.empty(), worker.open("", signature));
        assertEquals(Optional.empty(), worker.open("not base64!", signature));
        assertFalse(sealed.contains("sk-1"));
        assertNotEquals(sealed, orchestrator.seal(new Secret("sk-1"), signature));
    }
}
