package io.agentstream.orchestrator.provider.cloudonix;

import static io.agentstream.orchestrator.provider.cloudonix.AwkwardServer.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.provider.HandOver;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.SessionCheck.Live;
import io.agentstream.orchestrator.provider.SessionCheck.NotLive;
import io.agentstream.orchestrator.provider.SessionCheck.Reason;
import io.agentstream.orchestrator.provider.SessionCheck.Unavailable;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.provider.cloudonix.AwkwardServer.Answer;
import io.agentstream.runtime.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class CloudonixClientTest {
    private static final Secret TOKEN = new Secret("secret-bearer-token");
    private static final String DOMAIN = "acme.cloudonix.net";
    private static final String LIVE = "{\"token\":\"s1\",\"status\":\"connected\",\"endTime\":null}";

    private static CloudonixClient.Settings quick(URI url) {
        return quick(url, Duration.ofMillis(400));
    }

    private static CloudonixClient.Settings quick(URI url, Duration timeout) {
        return new CloudonixClient.Settings(
                url, timeout, Duration.ofMillis(2), Duration.ofMillis(5), 100, Duration.ofSeconds(3));
    }

    private static long in(long ms) {
        return System.nanoTime() + Duration.ofMillis(ms).toNanos();
    }

    private static SessionCheck check(AwkwardServer server, String session, long deadlineMs) {
        try (CloudonixClient client = new CloudonixClient(quick(server.url()))) {
            return client.check(DOMAIN, session, TOKEN, in(deadlineMs));
        }
    }

    private static CloudonixClient.Asked ask(AwkwardServer server) {
        try (CloudonixClient client = new CloudonixClient(quick(server.url()))) {
            return client.ask(DOMAIN, DOMAIN, "s1", TOKEN, in(10_000));
        }
    }

    private static Arguments row(String name, SessionCheck expected, int requests, Answer... answers) {
        return Arguments.of(name, expected, requests, answers);
    }

    static Stream<Arguments> answers() {
        Answer live = status(200, LIVE);
        SessionCheck ended = new NotLive(Reason.ENDED);
        SessionCheck unreadable = new NotLive(Reason.UNREADABLE_ANSWER);
        return Stream.of(
                row("live", new Live(), 1, live),
                row("unknown status word", new Live(), 1, status(200, "{\"status\":\"Parked\"}")),
                row("no status at all", new Live(), 1, status(200, "{}")),
                row("an end time that is empty", new Live(), 1, status(200, "{\"endTime\":\"\",\"callEndTime\":\" \"}")),
                row("an end time that is zero", new Live(), 1, status(200, "{\"endTime\":0,\"callEndTime\":\"0\"}")),
                row("an end time in milliseconds", ended, 1, status(200, "{\"callEndTime\":\"1767225600000\"}")),
                row("a byte order mark", new Live(), 1, status(200, "\uFEFF" + LIVE)),
                row("end time", ended, 1, status(200, "{\"endTime\":\"2026-01-01T00:00:00Z\"}")),
                row("call end time", ended, 1, status(200, "{\"callEndTime\":\"1767225600000\"}")),
                row("status completed", ended, 1, status(200, "{\"status\":\"Completed\"}")),
                row("status NO ANSWER", ended, 1, status(200, "{\"status\":\"NO ANSWER\"}")),
                row("401", new NotLive(Reason.UNAUTHORIZED), 1, status(401, ""), live),
                row("403", new NotLive(Reason.UNAUTHORIZED), 1, status(403, ""), live),
                row("404", new NotLive(Reason.UNKNOWN), 1, status(404, "{}"), live),
                row("400", new NotLive(Reason.UNEXPECTED_STATUS), 1, status(400, ""), live),
                row("204", new NotLive(Reason.UNEXPECTED_STATUS), 1, status(204, ""), live),
                row("redirect", new NotLive(Reason.UNEXPECTED_STATUS), 1, AwkwardServer.redirect("/elsewhere"), live),
                row("broken JSON", unreadable, 1, status(200, "{\"status\":"), live),
                row("array", unreadable, 1, status(200, "[{}]"), live),
                row("empty", unreadable, 1, status(200, ""), live),
                row("endless body", unreadable, 1, AwkwardServer.flood(), live),
                row("429, then live", new Live(), 2, status(429, ""), live),
                row("500, 503, then live", new Live(), 3, status(500, ""), status(503, ""), live),
                row("500 for ever", new Unavailable(Trouble.SERVER_ERROR), 3, status(500, "")),
                row("429 for ever", new Unavailable(Trouble.RATE_LIMITED), 3, status(429, "")),
                row("429 for an hour", new Unavailable(Trouble.RATE_LIMITED), 1, AwkwardServer.retryAfter(429, "3600")),
                row("429, odd Retry-After", new Live(), 2, AwkwardServer.retryAfter(429, "-1,x"), live),
                row("silent once", new Live(), 2, AwkwardServer.silence(), live),
                row("half an answer once", new Live(), 2, AwkwardServer.halfAnAnswer(), live));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void judgesWhatTheProviderAnswers(String name, SessionCheck expected, int requests, Answer[] answers)
            throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(answers)) {

            // when
            SessionCheck result = check(server, "s1", 10_000);

            // then
            assertEquals(expected, result);
            assertEquals(requests, server.requests().size());
        }
    }

    @Test
    void saysWhatItWasAnsweredAndHowOftenItHadToAsk() throws IOException {
        // given
        try (AwkwardServer busy = new AwkwardServer(status(503, ""), status(200, LIVE));
                AwkwardServer strange = new AwkwardServer(status(404, "{}"));
                AwkwardServer down = new AwkwardServer(status(500, ""))) {

            // when, then
            assertEquals(new CloudonixClient.Asked(new Live(), 200, 2), ask(busy));
            assertEquals(new CloudonixClient.Asked(new NotLive(Reason.UNKNOWN), 404, 1), ask(strange));
            assertEquals(new CloudonixClient.Asked(new Unavailable(Trouble.SERVER_ERROR), 500, 3), ask(down));
        }
    }

    @Test
    void triesAgainWhenTheConnectionBreaks() throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(AwkwardServer.reset(), status(200, LIVE))) {
            // when
            SessionCheck result = check(server, "s1", 10_000);

            // then
            assertEquals(new Live(), result);
        }
    }

    @Test
    void saysSoWhenNobodyListens() {
        // given
        // a refusal has to come before the time-out on a busy machine too
        try (CloudonixClient client = new CloudonixClient(quick(URI.create("http://127.0.0.1:1"), Duration.ofSeconds(10)))) {
            // when
            SessionCheck result = client.check(DOMAIN, "s1", TOKEN, in(20_000));

            // then
            assertEquals(new Unavailable(Trouble.NOT_SENT), result);
        }
    }

    @Test
    void sendsTheTokenToTheEncodedPath() throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(status(200, LIVE));
                CloudonixClient client = new CloudonixClient(quick(URI.create(server.url() + "/")))) {
            // when
            client.check("a b/ü.example.com", "s~1.x_y-z", TOKEN, in(5_000));

            // then
            AwkwardServer.Request request = server.requests().getFirst();
            assertEquals(
                    "/customers/self/domains/a%20b%2F%C3%BC.example.com/sessions/s~1.x_y-z", request.path());
            assertEquals("Bearer secret-bearer-token", request.authorization());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../x", "a b", "a%2Fb", "a?b", "ä", "a\r\nb", "a\u0000"})
    void asksNothingForASessionThatTheProviderCannotHaveMade(String session) throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(status(200, LIVE))) {
            // when
            SessionCheck result = check(server, session, 5_000);

            // then
            assertEquals(new NotLive(Reason.MALFORMED_SESSION), result);
            assertTrue(server.requests().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nX-Other: b", "ä"})
    void asksNothingWithATokenThatCannotStandInAHeader(String token) throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(status(200, LIVE));
                CloudonixClient client = new CloudonixClient(quick(server.url()))) {
            // when
            SessionCheck result = client.check(DOMAIN, "s1", new Secret(token), in(5_000));

            // then
            assertEquals(new NotLive(Reason.MALFORMED_TOKEN), result);
            assertTrue(server.requests().isEmpty());
        }
    }

    @Test
    void neverOutlastsItsDeadline() throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(AwkwardServer.silence())) {
            long start = System.nanoTime();

            // when
            SessionCheck result = check(server, "s1", 150);

            // then
            assertEquals(new Unavailable(Trouble.TIMEOUT), result);
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
        }
    }

    @Test
    void waitsItsTurnInTheDomainAndLeavesOthersAlone() throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(status(200, LIVE));
                CloudonixClient client = new CloudonixClient(new CloudonixClient.Settings(
                        server.url(),
                        Duration.ofSeconds(5),
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        2,
                        Duration.ofMillis(900)))) {
            // when
            client.check(DOMAIN, "s1", TOKEN, in(5_000));
            client.check(DOMAIN, "s2", TOKEN, in(5_000));
            SessionCheck tooLate = client.check(DOMAIN, "s3", TOKEN, in(50));
            SessionCheck elsewhere = client.check("other.example.com", "s4", TOKEN, in(600));
            SessionCheck inTurn = client.check(DOMAIN, "s5", TOKEN, in(5_000));

            // then
            assertEquals(new Unavailable(Trouble.RATE_LIMITED), tooLate);
            assertEquals(new Live(), elsewhere);
            assertEquals(new Live(), inTurn);
            long firstToThird = server.requests().getLast().nanoTime()
                    - server.requests().getFirst().nanoTime();
            assertTrue(firstToThird > Duration.ofMillis(800).toNanos(), "waited " + firstToThird + " ns");
        }
    }

    static Stream<Arguments> hangUps() {
        return Stream.of(
                Arguments.of("200", new HangUp.Done(200), 1, new Answer[] {status(200, "{}")}),
                Arguments.of("204", new HangUp.Done(204), 1, new Answer[] {status(204, "")}),
                Arguments.of("202", new HangUp.Done(202), 1, new Answer[] {status(202, "")}),
                Arguments.of("404", new HangUp.Done(404), 1, new Answer[] {status(404, "")}),
                Arguments.of("410", new HangUp.Done(410), 1, new Answer[] {status(410, "")}),
                Arguments.of("302", new HangUp.NotNow(302), 1, new Answer[] {status(302, "")}),
                Arguments.of("400", new HangUp.NotNow(400), 1, new Answer[] {status(400, "")}),
                Arguments.of("408", new HangUp.NotNow(408), 1, new Answer[] {status(408, "")}),
                Arguments.of("409", new HangUp.NotNow(409), 1, new Answer[] {status(409, "")}),
                Arguments.of("425", new HangUp.NotNow(425), 1, new Answer[] {status(425, "")}),
                Arguments.of("403", new HangUp.Refused(Reason.UNAUTHORIZED, 403), 1, new Answer[] {status(403, "")}),
                Arguments.of("429", new HangUp.Unavailable(Trouble.RATE_LIMITED), 1, new Answer[] {status(429, "")}),
                Arguments.of("500, once", new HangUp.Unavailable(Trouble.SERVER_ERROR), 1, new Answer[] {status(500, "")}),
                Arguments.of("401", new HangUp.Refused(Reason.UNAUTHORIZED, 401), 1, new Answer[] {status(401, "")}),
                Arguments.of("502 for ever", new HangUp.Unavailable(Trouble.NO_WORD_FROM_BEHIND), 1, new Answer[] {status(502, "")
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hangUps")
    void hangsUp(String name, HangUp expected, int requests, Answer[] answers) throws IOException {
        // given
        try (AwkwardServer server = new AwkwardServer(answers);
                CloudonixClient client = new CloudonixClient(quick(server.url()))) {
            // when
            HangUp result = client.hangUp(DOMAIN, "s1", TOKEN, in(5_000));

            // then
            assertEquals(expected, result);
            assertEquals(requests, server.requests().size());
            assertEquals("DELETE", server.requests().getFirst().method());
        }
    }

    static Stream<Arguments> handOvers() {
        return Stream.of(
                Arguments.of("200", new HandOver.Done(200), status(200, "{}")),
                Arguments.of("202", new HandOver.Done(202), status(202, "")),
                Arguments.of("404", new HandOver.Refused(Reason.UNKNOWN, 404), status(404, "")),
                Arguments.of("403", new HandOver.Refused(Reason.UNAUTHORIZED, 403), status(403, "")),
                Arguments.of("400", new HandOver.Refused(Reason.UNEXPECTED_STATUS, 400), status(400, "")),
                Arguments.of("429", new HandOver.Unavailable(Trouble.RATE_LIMITED), status(429, "")),
                Arguments.of("502", new HandOver.Unavailable(Trouble.NO_WORD_FROM_BEHIND), status(502, "")),
                Arguments.of("504", new HandOver.Unavailable(Trouble.NO_WORD_FROM_BEHIND), status(504, "")),
                Arguments.of("503", new HandOver.Unavailable(Trouble.SERVER_ERROR), status(503, "")),
                Arguments.of("a connection that breaks", new HandOver.Unavailable(Trouble.IO_ERROR), AwkwardServer.reset()),
                Arguments.of("silence", new HandOver.Unavailable(Trouble.TIMEOUT), AwkwardServer.silence()));
    }

    private static HandOver handOver(CloudonixClient client, long deadlineNs) {
        return client.handOver(DOMAIN, "s1", Cxml.dial("+15550130", 20_000), TOKEN, deadlineNs);
    }

    @Test
    void knowsWhereNothingWasSent() throws IOException {
        HandOver nothing = new HandOver.Unavailable(Trouble.NOT_SENT);
        try (CloudonixClient nobody = new CloudonixClient(quick(URI.create("http://127.0.0.1:1")));
                CloudonixClient nowhere = new CloudonixClient(quick(URI.create("http://api.invalid")))) {
            assertEquals(nothing, handOver(nobody, in(5_000)), "nobody listens");
            assertEquals(nothing, handOver(nowhere, in(5_000)), "no such name");
        }
        try (AwkwardServer server = new AwkwardServer(status(200, "{}"));
                CloudonixClient client = new CloudonixClient(quick(server.url()))) {
            assertEquals(nothing, handOver(client, in(-1)), "there is no time left");
            client.close();
            assertEquals(nothing, handOver(client, in(5_000)), "this process is closing");
            assertEquals(List.of(), server.requests());
        }
    }

    /// A host that takes no more connections and does not say so: whoever asks for one waits.
    @Test
    void knowsThatNothingWasSentWhereNoConnectionCameAboutInTime() throws IOException {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<SocketChannel> waiting = new ArrayList<>();
            try {
                for (int n = 0; n < 5; n++) {
                    SocketChannel channel = SocketChannel.open();
                    waiting.add(channel);
                    channel.configureBlocking(false);
                    channel.connect(full.getLocalSocketAddress());
                }
                try (CloudonixClient client = new CloudonixClient(quick(URI.create("http://127.0.0.1:" + full.getLocalPort())))) {
                    assertEquals(new HandOver.Unavailable(Trouble.NOT_SENT), handOver(client, in(10_000)));
                }
            } finally {
                for (SocketChannel channel : waiting) {
                    channel.close();
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handOvers")
    void handsOver(String name, HandOver expected, Answer answer) throws IOException {
        try (AwkwardServer server = new AwkwardServer(answer);
                CloudonixClient client = new CloudonixClient(quick(server.url()))) {
            HandOver result = client.handOver(DOMAIN, "s1", Cxml.dial("+15550130", 20_000), TOKEN, in(5_000));

            assertEquals(expected, result);
            assertEquals(1, server.requests().size());
            assertEquals("POST", server.requests().getFirst().method());
            assertEquals("/calls/" + DOMAIN + "/sessions/s1/application", server.requests().getFirst().path());
        }
    }

    @Test
    void whatIsDialledIsNoMoreThanANumberOrAnAddress() {
        assertEquals(
                "{\"cxml\":\"<Response><Dial timeout=\\\"25\\\"><Number>+15550130</Number></Dial><Hangup/></Response>\"}",
                Cxml.dial("+15550130", 25_000));
        assertEquals(
                "{\"cxml\":\"<Response><Dial timeout=\\\"5\\\"><Sip>a&lt;b@x.example</Sip></Dial><Hangup/></Response>\"}",
                Cxml.dial("a<b@x.example", 5_000));
    }

    @Test
    void givesUpAtOnceWhenClosed() throws Exception {
        // given
        SessionCheck[] result = new SessionCheck[1];
        Thread caller;
        try (AwkwardServer server = new AwkwardServer(AwkwardServer.retryAfter(503, "5"))) {

            // when
            try (CloudonixClient client = new CloudonixClient(quick(server.url()))) {
                caller = Thread.ofVirtual()
                        .start(() -> result[0] = client.check(DOMAIN, "s1", TOKEN, in(60_000)));
                long deadline = in(5_000);
                while (server.requests().isEmpty() && System.nanoTime() - deadline < 0) {
                    Thread.onSpinWait();
                }
            }
            caller.join(Duration.ofSeconds(3));
        }

        // then
        assertTrue(result[0] instanceof Unavailable, String.valueOf(result[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x", "http:///x", "api.cloudonix.io", "http://u:p@host", "http://host/?q=1"})
    void refusesAnAddressThatIsNotAPlainUrl(String url) {
        // when
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> quick(URI.create(url)));

        // then
        assertFalse(refused.getMessage().contains(url));
    }
}
