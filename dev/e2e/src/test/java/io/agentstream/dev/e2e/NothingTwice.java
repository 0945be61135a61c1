package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// What the topics say of calls, each thing once.
final class NothingTwice {

    private NothingTwice() {}

    /// On none of the topics that a call's story is read from stands the same thing twice: no record of a gateway, no decision of an
    /// orchestrator, no event of a conversation, no order to open a socket.
    static void assertOn(String servers) throws Exception {
        Map<String, Long> times = new TreeMap<>(said(servers));
        times.values().removeIf(many -> many == 1);
        assertEquals(Map.of(), times);
    }

    /// How often what is said of which call.
    static Map<String, Long> said(String servers) throws Exception {
        return Stream.of(
                        of(servers, Topics.CALL_LIFECYCLE, event -> Stream.of(name(event) + " " + event.callId() + " " + event.seq())),
                        of(servers, Topics.CALL_MEDIA, frame -> Stream.of("frame " + frame.callId() + " " + frame.seq())),
                        of(servers, Topics.RUN_EVENTS, event -> Stream.of(name(event) + " " + event.callId())),
                        of(servers, Topics.CONVERSATION_EVENTS,
                                event -> Stream.of(name(event) + " " + event.callId() + " " + event.number() + " " + event.epoch())),
                        of(servers, Topics.SOCKET_COMMANDS, NothingTwice::orders))
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    /// Audio is sent again where an answer was slow, and gateways know it by its number; a close is sent until it arrives.
    private static Stream<String> orders(SocketCommand command) {
        return command instanceof SocketCommand.Admit || command instanceof SocketCommand.Open
                ? Stream.of(name(command) + " " + command.callId())
                : Stream.empty();
    }

    private static <V> List<String> of(String servers, Topic<V> topic, Function<V, Stream<String>> what) throws Exception {
        return TopicReader.read(servers, topic).stream()
                .map(ConsumerRecord::value)
                .flatMap(value -> topic.codec().decode(value) instanceof Decoded.Value<V>(V decoded)
                        ? what.apply(decoded)
                        : Stream.empty())
                .toList();
    }

    private static String name(Object what) {
        return what.getClass().getSimpleName();
    }
}
