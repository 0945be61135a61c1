package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a body may be: its type, its size, its JSON, and how it comes.
@ExtendWith(TestPostgres.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RequestBodyTest {

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
            socket.getOutputStream().write(halfARequest(key).getBytes(StandardCharsets.US_ASCII));

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

    /// One whose rest does not come.
    static String halfARequest(Secret key) {
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
}
