package io.agentstream.worker.loop;

import io.agentstream.schemas.CallId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The conversations that a loop holds, and the calls whose frames and runs begin nothing any more. Only the loop, but for
/// [#size()].
final class Calls {

    final EndedCalls ended = new EndedCalls();
    final EarlyFrames early = new EarlyFrames();
    private final Map<CallId, LiveConversation> live = new HashMap<>();
    private volatile int size;

    /// Conversations at present; any thread.
    int size() {
        return size;
    }

    @Nullable LiveConversation find(CallId callId) {
        return live.get(callId);
    }

    /// Whether the call has a conversation, or needs none any more.
    boolean isKnown(CallId callId) {
        return live.containsKey(callId) || ended.contains(callId);
    }

    Collection<LiveConversation> all() {
        return live.values();
    }

    /// For a loop over them that changes them.
    List<LiveConversation> copy() {
        return List.copyOf(live.values());
    }

    void add(LiveConversation conversation) {
        live.put(conversation.callId, conversation);
        size = live.size();
    }

    void remove(LiveConversation conversation) {
        conversation.closed = true;
        live.remove(conversation.callId);
        size = live.size();
    }
}
