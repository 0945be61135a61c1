package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Networks;
import io.agentstream.runtime.outbound.Answer.Answered;
import io.agentstream.runtime.outbound.Answer.Trouble;
import io.agentstream.runtime.outbound.Answer.Unanswered;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutboundHttpTest {

    private static final Networks LOOPBACK = Networks.parse("127.0.0.0/8");

    private final OutboundHttp http = new OutboundHttp(new AddressGuard(LOOPBACK));
    private AwkwardReceiver receiver;

    @BeforeEach
    void start() throws Exception {
        receiver = new AwkwardReceiver();
    }

    @AfterEach
    void stop() throws Exception {
        receiver.close();
        http.close();
    }

    private static OutboundHttp.Request post(URI url) {
        return new OutboundHttp.Request(
                "POST", url, Map.of("Content-Type", "application/json", "webhook-id", "msg_1"), "{\"é\":1}", Duration.ofSeconds(10));
    }

    private static OutboundHttp.Request within(URI url, Duration limit) {
        return new OutboundHttp.Request("POST", url, Map.of(), "{}", limit);
    }

    @Test
    void sendsWhatItIsGivenAndNothingOfItsOwn() {
        // when
        Answer answer = http.send(post(receiver.url()));

        // then
        assertEquals(204, assertInstanceOf(Answered.class, answer).status());
        AwkwardReceiver.Got got = receiver.got.getFirst();
        assertEquals("POST /hook?key=1 HTTP/1.1", got.line());
        assertEquals("{\"é\":1}", got.body());
        assertEquals("msg_1", got.headers().get("webhook-id"));
        assertEquals("application/json", got.headers().get("content-type"));
        assertEquals("127.0.0.1:" + receiver.port(), got.headers().get("host"));
        assertTrue(!got.headers().containsKey("user-agent") && !got.headers().containsKey("cookie"), got.headers().toString());
    }

    @Test
    void doesNotFollowARedirect() throws Exception {
        // given
        try (AwkwardReceiver metadata = new AwkwardReceiver()) {
            receiver.doing(AwkwardReceiver.status(307, "Location: " + metadata.url()));

            // when
            Answer answer = http.send(post(receiver.url()));

            // then
            assertEquals(307, assertInstanceOf(Answered.class, answer).status());
            assertTrue(metadata.got.isEmpty());
        }
    }

    @Test
    void connectsOnlyToWhatTheGuardLetThrough() throws Exception {
        // given
        try (OutboundHttp strict = new OutboundHttp(new AddressGuard(Networks.NONE))) {
            // when
            Answer answer = strict.send(post(receiver.url()));

            // then
            assertEquals(new Unanswered(Trouble.ADDRESS_REFUSED), answer);
            assertTrue(receiver.got.isEmpty());
        }
    }

    @Test
    void asksForANameOnceAndConnectsToExactlyThatAddress() throws Exception {
        // given a name whose first answer may be reached and whose second may not
        AtomicInteger asked = new AtomicInteger();
        AddressGuard guard = new AddressGuard(Networks.parse("127.0.0.1"), name -> new InetAddress[] {
            InetAddress.getByAddress(name, new byte[] {127, 0, 0, (byte) asked.incrementAndGet()})
        });
        try (OutboundHttp rebinding = new OutboundHttp(guard)) {
            URI url = URI.create("http://rebind.example:" + receiver.port() + "/");

            // when
            Answer first = rebinding.send(post(url));

            // then
            assertInstanceOf(Answered.class, first);
            assertEquals(1, asked.get());
            assertEquals("rebind.example:" + receiver.port(), receiver.got.getFirst().headers().get("host"));
            assertEquals(new Unanswered(Trouble.ADDRESS_REFUSED), rebinding.send(post(url)));
            assertEquals(1, receiver.got.size());
        }
    }

    @Test
    void takesTheBeginningOfABodyWithoutAnEnd() {
        // given
        receiver.doing(AwkwardReceiver.endlessBody());

        // when
        Answer answer = http.send(post(receiver.url()));

        // then
        assertEquals(OutboundHttp.MAX_BODY_BYTES, assertInstanceOf(Answered.class, answer).body().getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void endsAfterItsLimitWhateverTheOtherSideDoes() {
        for (AwkwardReceiver.Behaviour slow : new AwkwardReceiver.Behaviour[] {AwkwardReceiver.hang(), AwkwardReceiver.trickle()}) {
            // given
            receiver.doing(slow);
            long start = System.nanoTime();

            // when
            Answer answer = http.send(within(receiver.url(), Duration.ofMillis(500)));

            // then
            assertEquals(new Unanswered(Trouble.TIMEOUT), answer);
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
        }
    }

    @Test
    void saysWhyThereIsNoAnswer() throws Exception {
        // given
        receiver.doing(AwkwardReceiver.closeEarly());
        int nobody;
        try (ServerSocket taken = new ServerSocket(0)) {
            nobody = taken.getLocalPort();
        }

        // then
        assertEquals(new Unanswered(Trouble.BROKEN), http.send(post(receiver.url())));
        assertEquals(
                new Unanswered(Trouble.NO_CONNECTION), http.send(post(URI.create("http://127.0.0.1:" + nobody + "/"))));
        assertEquals(
                new Unanswered(Trouble.NAME_NOT_FOUND), http.send(post(URI.create("http://nowhere.invalid/"))));
    }
}
