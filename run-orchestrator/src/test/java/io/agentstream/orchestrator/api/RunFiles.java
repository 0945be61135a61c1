package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.UserKeys;
import io.agentstream.runtime.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A tenant whose API answers files that are made of runs' logs, and a client that takes them as bytes.
final class RunFiles implements AutoCloseable {

    static final Instant BEGIN = Instant.parse("2026-01-02T12:00:00Z");

    final SampleTenant tenant;
    final RunningApi api;
    private final Database database;
    private final HttpClient client = HttpClient.newHttpClient();

    RunFiles(Database database, CallLogs logs) {
        this.database = database;
        this.tenant = SampleTenant.create(database);
        this.api = new RunningApi(database, tenant.apiKey(), ApiSettings.of("ws://x"), logs);
    }

    /// A run that is over; it took 90.5 seconds.
    long run() {
        return tenant.addRun(database, "completed", BEGIN);
    }

    HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, headers);
    }

    HttpResponse<byte[]> send(String method, String path, String... headers) throws IOException, InterruptedException {
        return client.send(request(method, path, headers), HttpResponse.BodyHandlers.ofByteArray());
    }

    /// An answer that is read as it comes.
    HttpResponse<InputStream> begin(String path) throws IOException, InterruptedException {
        return client.send(request("GET", path), HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest request(String method, String path, String... headers) {
        HttpRequest.Builder request =
                api.request(method, path, null).header("Authorization", "Bearer " + tenant.apiKey().reveal());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    /// A key that may look and nothing else.
    Secret reader() {
        Secret reader = new ApiKeys(new SecureRandom()).generate();
        database.inTransaction(c -> UserKeys.create(
                c, tenant.userId(), ApiKeys.hash(reader), ApiKeys.prefix(reader), "reader", Scope.READ));
        return reader;
    }

    /// How often the audit log says that somebody did this with the run.
    int audited(String action, long run) {
        return database.withConnection(c -> Sql.only(
                c, "select count(*) from audit_log where action = ? and thing_id = ? and organization_id = ?",
                row -> row.getInt(1), action, Long.toString(run), tenant.organizationId()));
    }

    /// Until no reading is open any more.
    static void awaitNothing(AtomicInteger open) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (open.get() > 0) {
            assertTrue(System.nanoTime() < deadline, "still open");
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        api.close();
        client.close();
    }
}
