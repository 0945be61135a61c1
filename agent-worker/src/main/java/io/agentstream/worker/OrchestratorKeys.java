package io.agentstream.worker;

import io.agentstream.runtime.Secret;
import io.agentstream.runtime.WorkerSecret;
import io.agentstream.worker.service.KeySource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Asks an orchestrator for a stored key, on its administration port: signed, and answered sealed ([WorkerSecret]). Any thread; blocks for
/// [#LIMIT] at most.
final class OrchestratorKeys implements StoredKeys, AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final String base;
    private final WorkerSecret secret;
    private final InstantSource clock;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();

    /// @param url of the administration port
    OrchestratorKeys(URI url, WorkerSecret secret, InstantSource clock) {
        this.base = url.toString().replaceFirst("/+$", "");
        this.secret = secret;
        this.clock = clock;
    }

    @Override
    public Optional<Secret> find(long organizationId, String name) {
        String path = WorkerSecret.PATH + organizationId + "/" + name;
        long second = clock.instant().getEpochSecond();
        String signature = secret.sign(path, second);
        HttpResponse<String> answer;
        try {
            answer = http.send(
                    HttpRequest.newBuilder(URI.create(base + path))
                            .timeout(LIMIT)
                            .header(WorkerSecret.TIME_HEADER, Long.toString(second))
                            .header(WorkerSecret.SIGNATURE_HEADER, signature)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException away) {
            throw new KeySource.UnreachableException(away);
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            throw new KeySource.UnreachableException(unwanted);
        }
        // Without a body: nobody who is not an orchestrator with our secret answers so. Whoever has another one says "Not found".
        if (answer.statusCode() == NOT_FOUND && answer.body().isEmpty()) {
            return Optional.empty();
        }
        Optional<Secret> key = answer.statusCode() == OK ? secret.open(answer.body(), signature) : Optional.empty();
        if (key.isEmpty()) {
            throw new KeySource.UnreachableException(new IOException("status " + answer.statusCode()));
        }
        return key;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
