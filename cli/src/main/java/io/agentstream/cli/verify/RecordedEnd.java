package io.agentstream.cli.verify;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.gateway.call.CallRerun;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Asks the gateway's machine of this version whether the call could have ended as the log says it has. That is what can be verified of
/// it: most of what that machine takes in is in no log.
///
/// @param possible whether it could; nothing where it cannot be asked
/// @param says a sentence
public record RecordedEnd(Optional<Boolean> possible, String says) {

    /// Orders that are kept of one call; it has three or four.
    private static final int MOST_ORDERS = 1_000;

    /// @param source gives lifecycle and media of the call
    /// @param commands gives its commands, by the gateway's slot, which the call's first event says
    /// @throws IOException where the log does not bring the records, in a sentence
    public static RecordedEnd of(CallSource source, Function<Integer, CallSource> commands) throws IOException {
        List<CallEvent> events = read(source, Topics.CALL_LIFECYCLE, event -> event instanceof CallEvent.Alive ? null : event);
        CallEvent.Offered offered = first(events, CallEvent.Offered.class);
        CallEvent.Ended ended = first(events, CallEvent.Ended.class);
        if (offered == null || ended == null) {
            return new RecordedEnd(
                    Optional.empty(), offered == null ? "its beginning is not in the log" : "it has not ended, or its gateway died");
        }
        List<SocketCommand> orders;
        CallSource ordered = commands.apply(offered.slot());
        try (CallSource.Records records = ordered.open(Topics.SOCKET_COMMANDS)) {
            Optional<String> deleted = records.deleted();
            if (deleted.isPresent()) {
                return new RecordedEnd(Optional.empty(), deleted.get());
            }
            orders = read(records, Topics.SOCKET_COMMANDS, RecordedEnd::order);
        }
        boolean talked;
        try (CallSource.Records records = source.open(Topics.CALL_MEDIA)) {
            talked = records.next() != null;
        }
        CallEvent.Started started = first(events, CallEvent.Started.class);
        boolean possible = CallRerun.leadsToItsEnd(new CallRerun.Told(offered, started, orders, talked, ended));
        String end = "the end with " + ended.closeCode()
                + (ended.failure() != null ? " (" + ended.failure().name().toLowerCase(Locale.ROOT) + ")" : "")
                + (ended.end() != null ? " (" + ended.end().name().toLowerCase(Locale.ROOT) + ")" : "");
        return new RecordedEnd(
                Optional.of(possible),
                possible
                        ? end + " is one that the gateway's machine comes to"
                        : end + " is none that the gateway's machine of this version comes to: "
                                + (started == null ? "not started" : "started") + (talked ? ", with audio" : ", without audio") + ", ordered "
                                + orders);
    }

    /// What decides on a call's life; the audio that is played does not.
    private static @Nullable SocketCommand order(SocketCommand command) {
        return switch (command) {
            case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Close _, SocketCommand.Finish _ -> command;
            case SocketCommand.Play _, SocketCommand.SealedPlay _, SocketCommand.Clear _, SocketCommand.Mark _ -> null;
        };
    }

    private static <V, K extends V> @Nullable K first(List<V> of, Class<K> kind) {
        return of.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElse(null);
    }

    private static <V> List<V> read(CallSource source, Topic<V> topic, Function<V, @Nullable V> wanted) throws IOException {
        try (CallSource.Records records = source.open(topic)) {
            return read(records, topic, wanted);
        }
    }

    private static <V> List<V> read(CallSource.Records records, Topic<V> topic, Function<V, @Nullable V> wanted) throws IOException {
        List<V> all = new ArrayList<>();
        LogRecord record;
        while ((record = records.next()) != null && all.size() < MOST_ORDERS) {
            V value = topic.codec().decode(record.bytes()) instanceof Decoded.Value<V>(V read) ? wanted.apply(read) : null;
            if (value != null) {
                all.add(value);
            }
        }
        return all;
    }
}
