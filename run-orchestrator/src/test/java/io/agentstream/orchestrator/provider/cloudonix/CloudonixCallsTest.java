package io.agentstream.orchestrator.provider.cloudonix;

import static io.agentstream.orchestrator.provider.cloudonix.AwkwardServer.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.agentstream.orchestrator.provider.Briefing;
import io.agentstream.orchestrator.provider.Dial;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SessionCheck.Reason;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.provider.cloudonix.AwkwardServer.Answer;
import io.agentstream.runtime.Secret;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Somebody is called, and it is asked how that goes.
@Timeout(60)
final class CloudonixCallsTest {

    private static final Secret TOKEN = new Secret("secret-bearer-token");
    private static final String DOMAIN = "acme.cloudonix.net";
    private static final Briefing BRIEFING = new Briefing(
            "+15550131", "+15550199", "Ada & Bob <urgent>.", "Press 1.", "en-US", 20_000, new Secret("t".repeat(43)), "t7n1");

    private static CloudonixClient client(AwkwardServer server) {
        return new CloudonixClient(new CloudonixClient.Settings(
                server.url(), Duration.ofMillis(400), Duration.ofMillis(2), Duration.ofMillis(5), 100, Duration.ofSeconds(3)));
    }

    private static long deadline() {
        return System.nanoTime() + Duration.ofSeconds(10).toNanos();
    }

    static Stream<Arguments> dials() {
        return Stream.of(
                Arguments.of("taken", new Dial.Ringing("leg-1"), status(200, "{\"direction\":\"outbound-api\",\"token\":\"leg-1\"}")),
                Arguments.of("taken, and nobody knows where it rings", new Dial.Unavailable(Trouble.IO_ERROR), status(200, "{}")),
                Arguments.of("a session that is none", new Dial.Unavailable(Trouble.IO_ERROR), status(200, "{\"token\":\"../x\"}")),
                Arguments.of("401", new Dial.Refused(Reason.UNAUTHORIZED, 401), status(401, "")),
                Arguments.of("400", new Dial.Refused(Reason.UNEXPECTED_STATUS, 400), status(400, "")),
                Arguments.of("429", new Dial.Unavailable(Trouble.RATE_LIMITED), status(429, "")),
                Arguments.of("500", new Dial.Unavailable(Trouble.SERVER_ERROR), status(500, "")),
                Arguments.of("silent", new Dial.Unavailable(Trouble.TIMEOUT), AwkwardServer.silence()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dials")
    void calls(String name, Dial expected, Answer answer) throws IOException {
        try (AwkwardServer server = new AwkwardServer(answer);
                CloudonixClient client = client(server)) {
            Dial result = client.dial(DOMAIN, Cxml.call(BRIEFING, URI.create("https://api.example.com/x")), TOKEN, deadline());

            assertEquals(expected, result);
            assertEquals(1, server.requests().size(), "it is asked once: it may ring already");
            assertEquals("POST", server.requests().getFirst().method());
            assertEquals("/calls/" + DOMAIN + "/application", server.requests().getFirst().path());
        }
    }

    static Stream<Arguments> legs() {
        return Stream.of(
                Arguments.of("rings", new Leg.Open(false), status(200, "{\"status\":\"Ringing\",\"callAnswerTime\":null}")),
                Arguments.of("answered, by its word", new Leg.Open(true), status(200, "{\"status\":\"connected\"}")),
                Arguments.of("answered, by its time", new Leg.Open(true), status(200, "{\"status\":\"?\",\"callAnswerTime\":\"1767225600000\"}")),
                Arguments.of("busy", new Leg.Over(Leg.Why.BUSY, false), status(200, "{\"status\":\"busy\"}")),
                Arguments.of("no answer", new Leg.Over(Leg.Why.NO_ANSWER, false), status(200, "{\"status\":\"NO ANSWER\"}")),
                Arguments.of("congestion", new Leg.Over(Leg.Why.FAILED, false), status(200, "{\"status\":\"congestion\"}")),
                Arguments.of(
                        "hung up", new Leg.Over(Leg.Why.ENDED, true),
                        status(200, "{\"status\":\"completed\",\"answerTime\":\"2026-01-01T00:00:00Z\",\"endTime\":\"2026-01-01T00:00:09Z\"}")),
                Arguments.of("not known yet, or not any more", new Leg.Missing(), status(404, "")),
                Arguments.of("401", new Leg.Unknown(), status(401, "")),
                Arguments.of("500", new Leg.Unknown(), status(500, "")),
                Arguments.of("unreadable", new Leg.Unknown(), status(200, "{")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("legs")
    void asksHowItGoes(String name, Leg expected, Answer answer) throws IOException {
        try (AwkwardServer server = new AwkwardServer(answer);
                CloudonixClient client = client(server)) {
            assertEquals(expected, client.look(DOMAIN, "leg-1", TOKEN, deadline()));
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void whoIsCalledHearsWhatItIsAboutAndIsAskedAndWhoPressesNothingIsHungUp() {
        assertEquals(
                "{\"destination\":\"+15550131\",\"caller-id\":\"+15550199\",\"cxml\":\"<Response><Gather input=\\\"dtmf\\\" numDigits=\\\"1\\\" timeout=\\\"10\\\""
                        + " method=\\\"POST\\\" action=\\\"https://api.example.com/x/key\\\"><Say language=\\\"en-US\\\">Ada &amp; Bob &lt;urgent&gt;.</Say>"
                        + "<Say language=\\\"en-US\\\">Press 1.</Say></Gather><Hangup/></Response>\",\"callback\":\"https://api.example.com/x/status\","
                        + "\"timeout\":20}",
                Cxml.call(BRIEFING, URI.create("https://api.example.com/x")));
        assertFalse(BRIEFING.toString().contains("urgent"));
    }

    @Test
    void bothComeIntoARoomThatEndsWhenOneLeaves() {
        assertEquals(
                "<Response><Dial><Conference beep=\"false\" holdMusic=\"false\" endConferenceOnExit=\"true\">t7n1</Conference></Dial><Hangup/></Response>",
                Cxml.room("t7n1"));
        assertEquals(
                "https://api.example.com/hooks/cloudonix/transfers/" + "t".repeat(43),
                CloudonixHooks.of(URI.create("https://api.example.com/"), new Secret("t".repeat(43))).toString());
    }
}
