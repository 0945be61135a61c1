package io.agentstream.worker.service.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.worker.service.wire.SseParser.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SseParserTest {

    private static List<Event> events(String stream) throws ServiceException {
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        SseParser parser = new SseParser();
        List<Event> events = new ArrayList<>(parser.feed(bytes, 0, bytes.length));
        events.addAll(parser.finish());
        return events;
    }

    @Test
    void readsEventsBetweenCommentsAndLineEndsOfAllKinds() throws ServiceException {
        String stream = "\uFEFF: hello\n\ndata: one\r\n\r\nevent: named\rdata:two\rdata:  lines\r\rid: 5\nretry: 9\ndata\n\nnonsense\n\ndata: last";

        assertEquals(
                List.of(new Event("message", "one"), new Event("named", "two\n lines"), new Event("message", ""), new Event("message", "last")),
                events(stream));
    }

    @Test
    void aLineEndOfTwoCharactersIsOne() throws ServiceException {
        assertEquals(List.of(new Event("message", "a\nb")), events("data: a\r\ndata: b\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isTheSameHoweverItIsCut(long seed) throws ServiceException {
        // given
        Random random = new Random(seed);
        StringBuilder stream = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            stream.append(List.of("data: ä€😀 x", ": c", "event: e", "\n", "\r", "\r\n", "\n\n", "data:", "y").get(random.nextInt(9)));
        }
        byte[] bytes = stream.toString().getBytes(StandardCharsets.UTF_8);
        SseParser parser = new SseParser();
        List<Event> found = new ArrayList<>();

        // when
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, random.nextInt(1, 6));
            found.addAll(parser.feed(bytes, at, length));
            at += length;
        }
        found.addAll(parser.finish());

        // then
        assertEquals(events(stream.toString()), found);
    }

    @Test
    void anEventWithoutAnEndIsRefused() {
        byte[] piece = "x".repeat(64 * 1_024).getBytes(StandardCharsets.UTF_8);
        SseParser parser = new SseParser();

        assertThrows(ServiceException.class, () -> {
            for (int i = 0; i < 10; i++) {
                parser.feed(piece, 0, piece.length);
            }
        });
    }
}
