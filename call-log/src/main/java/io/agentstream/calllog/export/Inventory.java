package io.agentstream.calllog.export;

import io.agentstream.calllog.CallEntry.Why;
import io.agentstream.schemas.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a file of a call has of each topic, and what it lacks. One thread.
final class Inventory {

    private final Map<String, Count> counts = new HashMap<>();
    private final List<Manifest.Gap> gaps = new ArrayList<>();
    private long gapsLeftOut;

    private static final class Count {
        private long records;
        private long unreadable;
    }

    private Count count(Topic<?> topic) {
        return counts.computeIfAbsent(topic.name(), any -> new Count());
    }

    void record(Topic<?> topic) {
        count(topic).records++;
    }

    /// One of the topic's records is not understood.
    void unreadable(Topic<?> topic) {
        count(topic).unreadable++;
    }

    /// Those of which there is something, in the file's order.
    List<Manifest.TopicPart> topics() {
        return CallFileFormat.TOPICS.stream()
                .filter(topic -> counts.containsKey(topic.name()))
                .map(topic -> new Manifest.TopicPart(topic.name(), count(topic).records, count(topic).unreadable))
                .toList();
    }

    /// Something is missing; the first [Manifest#MAX_GAPS] are named.
    void gap(Why why, String topic, long firstSeq, long lastSeq) {
        if (gaps.size() < Manifest.MAX_GAPS) {
            gaps.add(new Manifest.Gap(why(why), topic, firstSeq, lastSeq));
        } else {
            gapsLeftOut++;
        }
    }

    List<Manifest.Gap> gaps() {
        return List.copyOf(gaps);
    }

    long gapsLeftOut() {
        return gapsLeftOut;
    }

    static String why(Why why) {
        return why.name().toLowerCase(Locale.ROOT);
    }
}
