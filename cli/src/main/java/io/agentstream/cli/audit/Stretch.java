package io.agentstream.cli.audit;

import io.agentstream.schemas.CallId;
import java.time.Instant;
import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The evidence of consecutive calls, as many as there is room for: where one comes that is too many, the latest are let go of, and the
/// stretch ends before them. So what it holds at the end is all there is of its calls. One thread.
final class Stretch {

    private final TreeMap<CallId, Evidence> calls = new TreeMap<>();
    private final CallId first;
    private final long untilMs;
    private final long room;
    private long used;
    private @Nullable CallId limit;

    /// @param room how much it may hold, in calls and ranges of numbers
    Stretch(CallId first, Instant until, long room) {
        this.first = first;
        this.untilMs = until.toEpochMilli();
        this.room = room;
    }

    /// The evidence of a call, to be added to inside [#add]; null where the call is none of this stretch.
    private @Nullable Evidence of(CallId id) {
        boolean inside = id.madeAtMs() < untilMs && id.compareTo(first) >= 0 && (limit == null || id.compareTo(limit) < 0);
        if (!inside) {
            return null;
        }
        Evidence known = calls.get(id);
        if (known == null) {
            known = new Evidence(id);
            calls.put(id, known);
            used++;
        }
        return known;
    }

    @FunctionalInterface
    interface Addition {
        void to(Evidence call);
    }

    /// Adds to what is known of a call; does nothing where the call is none of this stretch.
    void add(CallId id, Addition addition) {
        Evidence call = of(id);
        if (call == null) {
            return;
        }
        used -= call.size();
        addition.to(call);
        used += call.size();
        while (used > room && calls.size() > 1) {
            Evidence last = calls.pollLastEntry().getValue();
            used -= last.size();
            limit = last.callId;
        }
    }

    /// The first call that has no place here; null where all that there are have.
    @Nullable CallId limit() {
        return limit;
    }

    CallId first() {
        return first;
    }

    Collection<Evidence> calls() {
        return calls.values();
    }
}
