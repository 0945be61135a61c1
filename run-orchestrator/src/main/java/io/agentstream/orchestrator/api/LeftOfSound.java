package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the topics have of a call's sound.
///
/// @param missing names of topics of which older records are deleted, none in most cases
/// @param isNothing whether nothing is left of what the caller said, and of when what was heard
/// @param tag tells apart what is left from what was left before; empty where nothing is missing
record LeftOfSound(List<String> missing, boolean isNothing, String tag) {

    /// Names what is missing, in an answer.
    static final String HEADER = "Agent-Stream-Missing";

    private static final long NONE = -1;

    static LeftOfSound of(CallSource source) throws IOException {
        List<String> missing = new ArrayList<>();
        StringBuilder tag = new StringBuilder();
        long heard = first(source, Topics.CALL_MEDIA, missing, tag);
        first(source, Topics.SOCKET_COMMANDS, missing, tag);
        return new LeftOfSound(List.copyOf(missing), heard == NONE, tag.toString());
    }

    /// Offset of the first record that is left where some are deleted; 0 where none are.
    private static long first(CallSource source, Topic<?> topic, List<String> missing, StringBuilder tag) throws IOException {
        try (CallSource.Records records = source.open(topic)) {
            if (records.deleted().isEmpty()) {
                return 0;
            }
            missing.add(topic.name());
            LogRecord record = records.next();
            long first = record == null ? NONE : record.offset();
            tag.append('-').append(topic.name()).append('.').append(record == null ? "none" : Long.toString(first));
            return first;
        }
    }
}
