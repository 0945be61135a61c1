package io.agentstream.calllog.export;

import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/// What members an exported call has, and how they are named. Their order in the file is that in which they are written: [#FORMAT] first,
/// [#MANIFEST] last.
final class CallFileFormat {

    /// Names the format, in [#FORMAT] and in the manifest.
    static final String NAME = "agent-stream call";

    /// Raised by whoever writes what a reader of before would misread.
    static final int VERSION = 1;

    static final String FORMAT = "format.json";
    static final String RUN = "run.json";
    static final String DEFINITION = "definition.json";
    static final String MANIFEST = "manifest.json";

    /// Beginning of the names of the run's events, as the API shows them.
    static final String EVENTS = "events";

    /// Topics whose records may stand in a file.
    static final List<Topic<?>> TOPICS = List.of(
            Topics.CALL_LIFECYCLE, Topics.CALL_MEDIA, Topics.RUN_EVENTS, Topics.CONVERSATION_EVENTS, Topics.SOCKET_COMMANDS,
            Topics.CALL_JOURNAL);

    private CallFileFormat() {}

    static Optional<Topic<?>> topic(String name) {
        return TOPICS.stream().filter(topic -> topic.name().equals(name)).<Topic<?>>map(topic -> topic).findFirst();
    }

    /// Whether its records are framed bytes; else they are lines of JSON.
    static boolean isBinary(Topic<?> topic) {
        Class<?> type = topic.type();
        return type == MediaFrame.class || type == SocketCommand.class || type == JournalBatch.class;
    }

    /// What the names of a topic's members begin with.
    static String stem(Topic<?> topic) {
        return "records/" + topic.name();
    }

    /// @param number from 1
    static String part(String stem, int number, boolean isBinary) {
        return String.format(Locale.ROOT, "%s-%04d.%s", stem, number, isBinary ? "bin" : "ndjson");
    }

    /// Version of the product that writes.
    static String product() {
        try (InputStream in = CallFileFormat.class.getResourceAsStream("product.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
        }
    }
}
