package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.gateway.websocket.Rfc6455Test;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rows of [Rfc6455Test] as a peer sees them: what comes back over the socket of a running call.
@TestInstance(Lifecycle.PER_CLASS) // one gateway for all rows
final class Rfc6455SocketTest {

    /// The table is in order, so that every so-manieth row is some of every kind.
    private static final int EVERY = 4;

    private static final String LAST = "and you?";

    private TestGateway gateway;

    @BeforeAll
    void open() {
        gateway = new TestGateway(settings -> new MediaServer.Settings(
                settings.bindAddress(), settings.port(), settings.ioThreads(), settings.admission(), settings.proxies(), Rfc6455Test.MAX,
                settings.bytesPerSecond(), settings.maxUnsentBytes(), settings.stall(), settings.limits(), settings.tls()));
    }

    @AfterAll
    void close() throws Exception {
        gateway.close();
    }

    static Stream<Rfc6455Test.Row> rows() {
        AtomicInteger number = new AtomicInteger();
        return Rfc6455Test.rows().filter(row -> number.getAndIncrement() % EVERY == 0);
    }

    /// What is to come back: a pong for each ping, and the code that a close or a breach is answered with; the pong of a last ping
    /// where the call goes on.
    private static List<String> answers(List<String> found) {
        List<String> answers = new ArrayList<>();
        for (String each : found) {
            String[] words = each.split(" ", 2);
            switch (words[0]) {
                case "ping" -> answers.add("pong " + words[1]);
                case "close" -> {
                    answers.add(each);
                    return answers;
                }
                case "broken" -> {
                    answers.add("close " + switch (words[1]) {
                        case "BINARY" -> 1003;
                        case "TOO_BIG" -> 1009;
                        case "NOT_UTF8" -> 1007;
                        default -> 1002;
                    });
                    return answers;
                }
                default -> {}
            }
        }
        answers.add("pong " + LAST);
        return answers;
    }

    private static List<String> read(RawPeer peer) throws Exception {
        List<String> answers = new ArrayList<>();
        String answer = "";
        while (!answer.startsWith("close") && !answer.equals("pong " + LAST)) {
            RawPeer.Frame frame = peer.read();
            answer = switch (frame.opcode()) {
                case RawPeer.PONG -> "pong " + frame.text();
                case RawPeer.CLOSE -> "close " + frame.closeCode();
                default -> "opcode " + frame.opcode();
            };
            answers.add(answer);
        }
        return answers;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void answersWhatTheRfcSays(Rfc6455Test.Row row) throws Exception {
        List<String> expected = answers(row.found());
        try (RawPeer peer = gateway.talking()) {
            peer.write(row.frames());
            if (expected.getLast().equals("pong " + LAST)) {
                peer.frame(true, RawPeer.PING, LAST.getBytes(StandardCharsets.UTF_8));
            }

            assertEquals(expected, read(peer));
        }
        gateway.events.clear();
    }

    @Test
    void tries80RowsOrMore() {
        assertTrue(rows().count() >= 80, rows().count() + " rows");
    }
}
