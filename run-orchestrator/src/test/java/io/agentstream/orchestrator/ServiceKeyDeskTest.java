package io.agentstream.orchestrator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.ServiceKeys;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.AdminServer;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Readiness;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.WorkerSecret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class ServiceKeyDeskTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String KEY = "sk-0123456789abcdef";

    private final WorkerSecret ours = new WorkerSecret(new Secret("0123456789012345678901234567890123"), RANDOM);
    private final CredentialsCipher cipher = CredentialsCipher.of(RANDOM, CredentialsCipher.generateKey(RANDOM)).orElseThrow();
    private final Metrics metrics = new Metrics("test");
    private Database database;
    private SampleTenant tenant;
    private ServiceKeyDesk desk;
    private AdminServer server;

    @BeforeEach
    void open(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        desk = new ServiceKeyDesk(ours, database, cipher, InstantSource.system(), metrics);
        server = AdminServer.start("127.0.0.1", 0, metrics, new Readiness(), desk);
    }

    @AfterEach
    void close() {
        server.close();
        desk.close();
        metrics.close();
    }

    private void store(CredentialsCipher with) {
        database.inTransaction(connection -> ServiceKeys.put(
                connection, tenant.organizationId(), "openai",
                with.seal(new Secret(KEY), Place.ofServiceKey(tenant.organizationId(), "openai"))));
    }

    private String path() {
        return WorkerSecret.PATH + tenant.organizationId() + "/openai";
    }

    private HttpResponse<String> ask(WorkerSecret who, String path) throws Exception {
        long second = Instant.now().getEpochSecond();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .header(WorkerSecret.TIME_HEADER, Long.toString(second))
                            .header(WorkerSecret.SIGNATURE_HEADER, who.sign(path, second))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private Optional<Secret> opened(HttpResponse<String> answer) {
        return ours.open(answer.body(), answer.request().headers().firstValue(WorkerSecret.SIGNATURE_HEADER).orElseThrow());
    }

    @Test
    void aWorkerWithACallOfTheOrganisationGetsTheKeySealed() throws Exception {
        store(cipher);
        tenant.addRun(database, "running", Instant.now());

        HttpResponse<String> answer = ask(ours, path());

        assertEquals(200, answer.statusCode());
        assertEquals(Optional.of(new Secret(KEY)), opened(answer));
        assertFalse(answer.body().contains("sk-"));
    }

    @Test
    void aStrangerIsToldThatThereIsNoSuchPath() throws Exception {
        store(cipher);
        tenant.addRun(database, "running", Instant.now());
        WorkerSecret stranger = new WorkerSecret(new Secret("9876543210987654321098765432109876"), RANDOM);

        HttpResponse<String> answer = ask(stranger, path());

        assertEquals(404, answer.statusCode());
        assertEquals("Not found\n", answer.body());
    }

    @Test
    void thereIsNoneWithoutACallOrForAnotherOrganisationOrUnderAnotherName() throws Exception {
        store(cipher);
        assertEquals(404, ask(ours, path()).statusCode());
        SampleTenant other = SampleTenant.create(database);
        other.addRun(database, "running", Instant.now());
        tenant.addRun(database, "running", Instant.now());

        assertEquals(404, ask(ours, WorkerSecret.PATH + other.organizationId() + "/openai").statusCode());
        assertEquals(404, ask(ours, path() + "2").statusCode());
    }

    @Test
    void whatNoKeyOfTheInstallationOpensIsNotThere() throws Exception {
        store(CredentialsCipher.of(RANDOM, CredentialsCipher.generateKey(RANDOM)).orElseThrow());
        tenant.addRun(database, "running", Instant.now());

        HttpResponse<String> answer = ask(ours, path());

        assertEquals(404, answer.statusCode());
        assertEquals("", answer.body());
    }
}
