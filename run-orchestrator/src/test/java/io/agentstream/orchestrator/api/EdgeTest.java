package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EdgeTest {

    private static final String ORGANIZATION = "/api/v1/organization";
    private Secret key;
    @AutoClose
    private RunningApi api;

    @BeforeAll
    void start(Database database) {
        key = SampleTenant.create(database).apiKey();
        api = new RunningApi(database, key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Bearer nonsense",
                "Bearer ags_0000000000000000000000000000000000000000000", "Bearer ' or 1=1"
            })
    void asksForAKey(String authorization) throws Exception {
        // when
        var request = api.request("GET", ORGANIZATION, null);
        RunningApi.Answer answer =
                api.send(authorization.isEmpty() ? request : request.header("Authorization", authorization));

        // then
        assertEquals(401, answer.status());
        assertTrue(answer.header("WWW-Authenticate").startsWith("Bearer"));
        assertEquals("application/problem+json", answer.header("Content-Type"));
        assertEquals(401, answer.get("/status").intValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/organization/", "/api/v2/organization",
                "/api/v1/agents/", "/api/v1/runs/", "/openapi.yml", "/api/v1/organization/x"
            })
    void knowsNoOtherPath(String path) throws Exception {
        // when
        RunningApi.Answer answer = api.get(path);

        // then
        assertEquals(404, answer.status());
        assertEquals("application/problem+json", answer.header("Content-Type"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | /api/v1/organization | GET, HEAD, OPTIONS, PATCH",
                "PUT | /api/v1/agents | GET, HEAD, OPTIONS, POST",
                "GET | /api/v1/agents/x/draft | OPTIONS, PUT",
                "POST | /api/v1/runs/1 | GET, HEAD, OPTIONS",
            })
    void namesTheMethodsOfAPath(String method, String path, String allowed) throws Exception {
        // when
        RunningApi.Answer answer = api.send(method, path, null);

        // then
        assertEquals(405, answer.status());
        assertEquals(allowed, answer.header("Allow"));
    }

    @Test
    void answersOptions() throws Exception {
        // when
        RunningApi.Answer answer = api.send("OPTIONS", ORGANIZATION, null);

        // then
        assertEquals(204, answer.status());
        assertEquals("GET, HEAD, OPTIONS, PATCH", answer.header("Allow"));
    }

    @Test
    void answersHeadAsGetWithoutTheBody() throws Exception {
        // when
        RunningApi.Answer get = api.get(ORGANIZATION);
        RunningApi.Answer head = api.send("HEAD", ORGANIZATION, null);

        // then
        assertEquals(200, head.status());
        assertEquals("", head.http().body());
        assertEquals(get.header("Content-Length"), head.header("Content-Length"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/* | 200",
                "application/json | 200",
                "text/html, application/*;q=0.5 | 200",
                "text/html | 406",
                "application/json;q=0 | 406",
                "text/html, application/json; q=0.0 | 406",
            })
    void answersOnlyWhoReadsJson(String accept, int status) throws Exception {
        assertEquals(status, api.send("GET", ORGANIZATION, null, "Accept", accept).status());
    }

    /// A request whose rest does not come.
    private Socket begun(RunningApi at) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), at.url("").getPort());
        socket.getOutputStream().write(RequestBodyTest.halfARequest(key).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void knowsNoParameterWhereThereIsNoList() throws Exception {
        // when
        RunningApi.Answer answer = api.get(ORGANIZATION + "?limit=1");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("limit"), answer.badFields());
    }

    @ParameterizedTest
    @CsvSource({"GET,200", "HEAD,200", "OPTIONS,204", "POST,405", "DELETE,405"})
    void givesItsDocumentToEverybodyAndTakesNoOther(String method, int status) throws Exception {
        // when
        RunningApi.Answer answer = api.send(api.request(method, "/openapi.yaml", null));

        // then
        assertEquals(status, answer.status());
        assertEquals(status == 200 ? "" : "GET, HEAD, OPTIONS", answer.header("Allow"));
    }

    @Test
    void tellsAnOrganisationThatAsksTooMuchToComeAgainAndServesOthers(Database database) throws Exception {
        // given
        SampleTenant other = SampleTenant.create(database);
        List<Socket> slow = new java.util.ArrayList<>();
        try (RunningApi patient = new RunningApi(database, key, Duration.ofSeconds(60))) {
            try {
                for (int i = 0; i < Places.OF_ONE; i++) {
                    slow.add(begun(patient));
                }

                // when
                RunningApi.Answer answer = patient.get(ORGANIZATION);
                long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                while (answer.status() == 200 && System.nanoTime() < deadline) {
                    slow.add(begun(patient)); // one that was told to come again later, as a burst of keys may be, takes no place
                    answer = patient.get(ORGANIZATION);
                }

                // then
                assertEquals(429, answer.status());
                assertEquals("1", answer.header("Retry-After"));
                assertEquals(200, patient.send(patient.request("GET", ORGANIZATION, null)
                                .header("Authorization", "Bearer " + other.apiKey().reveal()))
                        .status());
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void letsNobodyCacheAnAnswer() throws Exception {
        assertEquals("no-store", api.get(ORGANIZATION).header("Cache-Control"));
    }

    @Test
    void says503WhileTheDatabaseIsAway() throws Exception {
        // given
        Database.Settings nowhere = new Database.Settings(
                "jdbc:postgresql://127.0.0.1:1/none",
                "nobody",
                new Secret(""),
                "nowhere",
                1,
                Duration.ofMillis(300),
                Duration.ofSeconds(1));
        try (Database away = new Database(nowhere);
                RunningApi api = new RunningApi(away, new Secret("ags_0000000000000000000000000000000000000000000"))) {
            // when
            RunningApi.Answer answer = api.get(ORGANIZATION);

            // then
            assertEquals(503, answer.status());
            assertEquals("1", answer.header("Retry-After"));
        }
    }
}
