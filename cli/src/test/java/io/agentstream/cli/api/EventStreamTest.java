package io.agentstream.cli.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventStreamTest {

    private static List<String> read(String text, List<String> ids) throws InterruptedException {
        List<String> messages = new ArrayList<>();
        try (EventStream stream =
                new EventStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "before")) {
            for (Optional<EventStream.Message> next = stream.next(); next.isPresent(); next = stream.next()) {
                messages.add(next.get().kind() + " " + next.get().data());
                ids.add(stream.lastId());
            }
            ids.add(stream.lastId());
        }
        return messages;
    }

    @Test
    void readsEventsAsTheStandardHasThem() throws Exception {
        // given
        String text = ": comment\nretry: 10\nid: 1\n\nid: 2\ndata: one\ndata:two\n\nevent: end\ndata: {}\n\n: alive\nid: 3\n\nid: 4\ndata: cut off\n";
        List<String> ids = new ArrayList<>();

        // when
        List<String> messages = read(text, ids);

        // then
        assertEquals(List.of("message one\ntwo", "end {}"), messages);
        assertEquals(List.of("2", "2", "3"), ids);
    }

    @Test
    void keepsItsIdWhereNothingComes() throws Exception {
        // given
        List<String> ids = new ArrayList<>();

        // when
        List<String> messages = read("", ids);

        // then
        assertEquals(List.of(), messages);
        assertEquals(List.of("before"), ids);
    }
}
