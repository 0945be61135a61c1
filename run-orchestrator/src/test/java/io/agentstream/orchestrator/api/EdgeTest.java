package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
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
    private RunningApi api;

    @BeforeAll
    void start(Database database) {
        key = SampleTenant.create(database).apiKey();
        api = new RunningApi(database, key);
    }

    @AfterAll
    void stop() {
        api.close();
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | 200",
                "Application/JSON; charset=UTF-8 | 200",
                "application/merge-patch+json | 200",
                "application/json; charset=latin1 | 415",
                "text/plain | 415",
                "application/x-www-form-urlencoded | 415",
            })
    void readsOnlyJson(String contentType, int status) throws Exception {
        assertEquals(
                status,
                api.send("PATCH", ORGANIZATION, "{}", "Content-Type", contentType)
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "1", "{\"name\":\"a\"} x", "{'name':1}"})
    void saysWhereABodyIsBroken(String body) throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, body);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("body"), answer.badFields());
    }

    @Test
    void doesNotQuoteABrokenBody() throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"bearer_token\": hush-hush-token}");

        // then
        assertEquals(400, answer.status());
        assertFalse(answer.http().body().contains("hush"), answer.http().body());
    }

    @Test
    void refusesABodyThatIsTooLarge() throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"name\":\"" + "x".repeat(600_000) + "\"}");

        // then
        assertEquals(413, answer.status());
    }

    @Test
    void cutsTheConnectionOfASenderWhoDoesNotGoOn() throws Exception {
        // given
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.url("").getPort())) {
            socket.setSoTimeout(10_000);

            // when
            socket.getOutputStream().write(halfARequest().getBytes(StandardCharsets.US_ASCII));

            // then
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    /// RFC 9110, section 10.1.1: whoever asks for it waits for the word before he sends the body.
    @Test
    void asksForABodyThatWaitsToBeAskedFor() throws Exception {
        // given
        String body = "{\"name\":\"Waited\"}";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.url("").getPort())) {
            socket.setSoTimeout(10_000);
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            socket.getOutputStream().write(("PATCH /api/v1/organization HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Authorization: Bearer " + key.reveal() + "\r\nExpect: 100-continue\r\nContent-Length: " + body.length()
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));

            // when
            assertEquals("HTTP/1.1 100 Continue", in.readLine());
            socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));

            // then
            String line = in.readLine();
            while (!line.startsWith("HTTP/")) { // the rest of the first answer
                line = in.readLine();
            }
            assertEquals("HTTP/1.1 200 OK", line);
        }
    }

    /// A request whose rest does not come.
    private Socket begun(RunningApi at) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), at.url("").getPort());
        socket.getOutputStream().write(halfARequest().getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private String halfARequest() {
        return "PATCH /api/v1/organization HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + key.reveal() + "\r\nContent-Length: 100\r\n\r\n{";
    }

    @Test
    void namesTheFieldThatIsNestedTooDeep() throws Exception {
        // when
        RunningApi.Answer answer =
                api.send("PATCH", ORGANIZATION, "{\"name\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("name"), answer.badFields());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":\"a\\u0000\"} | name | U+0000",
                "{\"name\":\"a\\ud83d\"} | name | surrogate",
                "{\"x\":{\"y\":[1,{\"z\":\"\\udc00\"}]}} | x.y[1].z | surrogate",
                "{\"x\":{\"a\\u0000\":1}} | x.a\uFFFD | name",
                "{\"\\ud800\":1} | body | JSON",
                "{\"x\":1e400} | x | range",
                "{\"x\":[9223372036854775808]} | x[0] | range",
                "{\"max_concurrent_calls\":1,\"x\":-1e999} | x | range",
            })
    void namesWhatNobodyCouldStore(String body, String field, String why) throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, body);

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
        assertTrue(answer.get("/errors/0/message").stringValue().contains(why), answer.http().body());
    }

    @Test
    void boundsEveryLengthInJson() throws Exception {
        for (String value : List.of(
                "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH),
                "1" + "0".repeat(100),
                "{\"" + "k".repeat(Json.MAX_NAME_CHARACTERS + 1) + "\":1}")) {
            // when
            RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"x\":" + value + "}");

            // then
            assertEquals(400, answer.status());
            assertEquals(List.of("x"), answer.badFields(), value);
        }
    }

    @Test
    void takesTheLastOfRepeatedNames() throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"name\":\"first\",\"name\":\"last\"}");

        // then
        assertEquals("last", answer.get("/name").stringValue());
    }

    @Test
    void readsUtf8WithOrWithoutAByteOrderMark() throws Exception {
        assertEquals(200, api.send("PATCH", ORGANIZATION, "\uFEFF{\"name\":\"é\"}").status());
        assertEquals(List.of("body"), sendBytes("{\"name\":\"é\"}".getBytes(StandardCharsets.UTF_16)).badFields());
        assertEquals(List.of("body"), sendBytes("{\"name\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)).badFields());
    }

    private RunningApi.Answer sendBytes(byte[] body) throws Exception {
        return api.send(java.net.http.HttpRequest.newBuilder(api.url(ORGANIZATION))
                .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofByteArray(body))
                .header("Authorization", "Bearer " + key.reveal()));
    }

    @Test
    void readsNoCompressedBody() throws Exception {
        assertEquals(415, api.send("PATCH", ORGANIZATION, "{}", "Content-Encoding", "gzip").status());
        assertEquals(200, api.send("PATCH", ORGANIZATION, "{}", "Content-Encoding", "identity").status());
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
    void namesEveryBadField() throws Exception {
        // when
        RunningApi.Answer answer = api.send(
                "PATCH", ORGANIZATION, "{\"name\":\"  \",\"max_concurrent_calls\":-1,\"max_calls\":3,\"id\":999999999}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("max_concurrent_calls", "id", "name", "max_calls"), answer.badFields());
    }

    @Test
    void boundsWhatItSaysAboutManyBadFields() throws Exception {
        // given
        StringBuilder body = new StringBuilder("{\"" + "y".repeat(100_000) + "\":1");
        for (int i = 0; i < 5_000; i++) {
            body.append(",\"f").append(i).append("\":1");
        }

        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, body.append('}').toString());

        // then
        assertEquals(400, answer.status());
        assertTrue(answer.http().body().length() < 10_000);
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
