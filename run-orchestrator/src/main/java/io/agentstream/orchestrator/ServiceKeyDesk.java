package io.agentstream.orchestrator;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.ServiceKeys;
import io.agentstream.runtime.AdminServer;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.WorkerSecret;
import io.micrometer.core.instrument.Counter;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands the keys of an organisation's outside services to workers that have calls of it, on the administration port. Whoever cannot show that he
/// is one of ours is told that there is no such path. Any thread; what asks the database is done on virtual threads, [#MOST_AT_ONCE] at once;
/// who would be one more waits for a second, and is then told to come back.
final class ServiceKeyDesk implements HttpHandler, AutoCloseable {

    static final int MOST_AT_ONCE = 4;

    /// A worker waits for twice as long.
    private static final long WAIT_MS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(ServiceKeyDesk.class);
    private static final Pattern PATH = Pattern.compile(Pattern.quote(WorkerSecret.PATH) + "([1-9][0-9]{0,17})/([a-z0-9_.-]{1,64})");

    private final WorkerSecret secret;
    private final Database database;
    private final CredentialsCipher cipher;
    private final InstantSource clock;
    private final Counter given;
    private final Counter missing;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("orchestrator-service-keys-", 0).factory());

    ServiceKeyDesk(WorkerSecret secret, Database database, CredentialsCipher cipher, InstantSource clock, Metrics metrics) {
        this.secret = secret;
        this.database = database;
        this.cipher = cipher;
        this.clock = clock;
        this.given = metrics.counter("agent_stream_orchestrator_service_keys_given");
        this.missing = metrics.counter("agent_stream_orchestrator_service_keys_missing");
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        String path = exchange.getRequestPath();
        Matcher asked = PATH.matcher(path);
        String signature = header(exchange, WorkerSecret.SIGNATURE_HEADER);
        boolean ours = exchange.getRequestMethod().equalToString("GET") && asked.matches()
                && secret.isSigned(path, header(exchange, WorkerSecret.TIME_HEADER), signature, clock.instant().getEpochSecond());
        if (!ours) {
            AdminServer.nothing(exchange);
        } else {
            long organization = Long.parseLong(asked.group(1));
            String name = asked.group(2);
            exchange.dispatch(threads, () -> {
                if (!isThereAPlace()) {
                    answer(exchange, 503, "");
                    return;
                }
                try {
                    give(exchange, organization, name, signature);
                } finally {
                    places.release();
                }
            });
        }
    }

    private boolean isThereAPlace() {
        try {
            return places.tryAcquire(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void give(HttpServerExchange exchange, long organization, String name, String signature) {
        Optional<Secret> key;
        try {
            key = database.withConnection(connection -> ServiceKeys.forCall(connection, organization, name))
                    .flatMap(envelope -> opened(envelope, organization, name));
        } catch (DatabaseException away) {
            answer(exchange, 503, "");
            return;
        }
        (key.isPresent() ? given : missing).increment();
        answer(exchange, key.isPresent() ? 200 : 404, key.map(found -> secret.seal(found, signature)).orElse(""));
    }

    private Optional<Secret> opened(Envelope envelope, long organization, String name) {
        return switch (cipher.open(envelope, Place.ofServiceKey(organization, name))) {
            case Opened.Plain(Secret key) -> Optional.of(key);
            case Opened.UnknownKey _, Opened.Corrupt _ -> {
                log.atError().addKeyValue("organization", organization).addKeyValue("name", name)
                        .log("a stored key of a service cannot be opened; it has to be stored anew");
                yield Optional.empty();
            }
        };
    }

    private static String header(HttpServerExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    private static void answer(HttpServerExchange exchange, int status, String body) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8").put(Headers.CACHE_CONTROL, "no-store");
        exchange.getResponseSender().send(body);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
