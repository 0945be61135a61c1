package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.HttpServer;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.WorkerSecret;
import io.agentstream.worker.service.KeySource.UnreachableException;
import io.undertow.server.HttpServerExchange;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// As an orchestrator answers.
final class OrchestratorKeysTest {

    private final WorkerSecret secret = new WorkerSecret(new Secret("0123456789012345678901234567890123"), new SecureRandom());
    private int status = 200;
    private String body = "";
    private final HttpServer server = HttpServer.start("127.0.0.1", 0, 1, 1, this::answer);
    private final OrchestratorKeys keys =
            new OrchestratorKeys(URI.create("http://127.0.0.1:" + server.port() + "/"), secret, InstantSource.system());

    private void answer(HttpServerExchange exchange) {
        String signature = exchange.getRequestHeaders().getFirst(WorkerSecret.SIGNATURE_HEADER);
        assertTrue(secret.isSigned(
                "/internal/service-keys/7/openai", exchange.getRequestHeaders().getFirst(WorkerSecret.TIME_HEADER), signature,
                System.currentTimeMillis() / 1_000));
        exchange.setStatusCode(status);
        exchange.getResponseSender().send(status == 200 && body.isEmpty() ? secret.seal(new Secret("sk-1"), signature) : body);
    }

    @AfterEach
    void close() {
        keys.close();
        server.close();
    }

    @Test
    void asksSignedAndOpensTheAnswer() {
        assertEquals(Optional.of(new Secret("sk-1")), keys.find(7, "openai"));
    }

    @Test
    void thereIsNoneWhereTheOrchestratorSaysSo() {
        status = 404;

        assertEquals(Optional.empty(), keys.find(7, "openai"));
    }

    @Test
    void whoeverDoesNotKnowUsSaysNothingAboutKeys() {
        status = 404;
        body = "Not found\n";

        assertThrows(UnreachableException.class, () -> keys.find(7, "openai"));
    }

    @Test
    void whatWasNotSealedForUsIsNoKey() {
        body = "sk-1";

        assertThrows(UnreachableException.class, () -> keys.find(7, "openai"));
    }

    @Test
    void anOrchestratorThatIsBusyOrAwayCannotSay() {
        status = 503;
        assertThrows(UnreachableException.class, () -> keys.find(7, "openai"));

        server.close();

        assertThrows(UnreachableException.class, () -> keys.find(7, "openai"));
    }
}
