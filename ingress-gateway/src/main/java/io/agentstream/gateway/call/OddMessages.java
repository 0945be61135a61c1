package io.agentstream.gateway.call;

import io.agentstream.gateway.telephony.OddMessage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The odd messages of a running call so far. Immutable; there are few of them, or the call is over.
///
/// @param counts how many of each kind
/// @param latestUs when the latest came, at most [#FLOOD] of them
record OddMessages(Map<OddMessage, Integer> counts, List<Long> latestUs) {

    static final OddMessages NONE = new OddMessages(Map.of(), List.of());

    /// So many within [#WINDOW_US] are no slip any more.
    static final int FLOOD = 10;

    static final long WINDOW_US = 10_000_000;

    OddMessages plus(OddMessage how, long nowUs) {
        Map<OddMessage, Integer> more = new EnumMap<>(OddMessage.class);
        more.putAll(counts);
        more.merge(how, 1, Integer::sum);
        List<Long> latest = new ArrayList<>(latestUs);
        if (latest.size() == FLOOD) {
            latest.removeFirst();
        }
        latest.add(nowUs);
        return new OddMessages(Map.copyOf(more), List.copyOf(latest));
    }

    boolean isFlood(long nowUs) {
        return latestUs.size() == FLOOD && nowUs - latestUs.getFirst() <= WINDOW_US;
    }

    /// The counts by label, as events have them.
    Map<String, Integer> byLabel() {
        Map<String, Integer> labels = new TreeMap<>();
        counts.forEach((how, count) -> labels.put(how.label(), count));
        return labels;
    }
}
