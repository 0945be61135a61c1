package io.agentstream.cli.audit;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.ServiceUse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What all sources say of one call, as far as they were read; nothing of what was said in it. One thread.
final class Evidence {

    /// Of records that cannot be read so many are named.
    private static final int MOST_UNREADABLE = 5;

    final CallId callId;
    final Numbers numbers = new Numbers();
    final Numbers twice = new Numbers();

    // call.lifecycle.v1
    boolean onLifecycle;
    boolean offered;
    @Nullable Failure refusal;
    CallEvent.@Nullable Ended ended;
    boolean endedOtherwise;

    // call.media.v1
    long frames;

    // run.events.v1
    @Nullable RunRef ref;
    boolean created;
    @Nullable Instant runningAt;
    @Nullable RunEvent over;
    boolean overOtherwise;

    // conversation.events.v1
    List<ServiceUse> services = List.of();
    /// Where the last record of it lies that was read; -1 where none was.
    long saidAt = -1;
    private int epoch;
    private long event;

    // runs.v1
    @Nullable RunFacts facts;
    boolean deleted;
    long revision;
    boolean wentBack;

    // the database
    RunRecords.@Nullable Row row;
    boolean refused;

    /// A record that only a newer version can read was among them.
    boolean newerWriter;
    final List<String> unreadable = new ArrayList<>();

    private long newestMs;

    Evidence(CallId callId) {
        this.callId = callId;
        this.newestMs = callId.madeAtMs();
    }

    void number(long seq) {
        if (!numbers.add(seq)) {
            twice.add(seq);
        }
    }

    /// The call has done something at that time.
    void at(long ms) {
        newestMs = Math.max(newestMs, ms);
    }

    void at(@Nullable Instant when) {
        if (when != null) {
            at(when.toEpochMilli());
        }
    }

    /// Whether an event of the conversation is newer than those that were read: else it came before, or its writer had lost the call.
    boolean isNews(ConversationEvent said) {
        Integer ofWriter = said.epoch();
        int its = ofWriter == null ? epoch : ofWriter;
        boolean newer = its > epoch || (its == epoch && said.number() > event);
        if (newer) {
            epoch = its;
            event = said.number();
        }
        return newer;
    }

    void unreadable(String what) {
        if (unreadable.size() < MOST_UNREADABLE) {
            unreadable.add(what);
        }
    }

    /// The newest time that anything is of.
    Instant newest() {
        return Instant.ofEpochMilli(newestMs);
    }

    /// Whether anybody says that the call or its run is over.
    boolean isOver() {
        return ended != null || over != null || (row != null && row.isOver()) || (facts != null && facts.endedAt() != null);
    }

    /// Whether everybody says so, and the facts are final.
    boolean isTold() {
        return ended != null && over != null && row != null && row.isOver() && facts != null && Boolean.TRUE.equals(facts.isFinal());
    }

    /// What it costs to remember.
    int size() {
        return 1 + numbers.size() + twice.size() + services.size();
    }

    Disagreement disagreement(Kind kind, String says) {
        RunRef named = ref != null ? ref : facts != null ? facts.run() : null;
        String name = row != null ? row.name() : named != null ? named.name() : null;
        Long organization = row != null ? (Long) row.organizationId() : named != null ? (Long) named.organizationId() : null;
        return new Disagreement(kind, name == null ? List.of() : List.of(name), callId, organization, says);
    }
}
