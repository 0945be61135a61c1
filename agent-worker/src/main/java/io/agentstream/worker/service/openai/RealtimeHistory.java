package io.agentstream.worker.service.openai;

import io.agentstream.audio.MuLaw;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.Thought;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was said in a call, in the order of the service's items, for the session after this one. Bounded: the oldest is forgotten. One
/// thread at a time.
final class RealtimeHistory {

    private static final int MAX_ENTRIES = 400;
    private static final Message WORDLESS = new Message.Caller("");
    private static final String UNKNOWN = "(The caller has said something that is not known in words.)";

    private static final class Entry {
        /// Empty for what has no item.
        private final String item;
        private Message message;
        private long audioBytes;

        private Entry(String item, Message message) {
            this.item = item;
            this.message = message;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    RealtimeHistory(List<Message> before) {
        before.forEach(this::add);
    }

    void add(Message message) {
        entries.add(new Entry("", message));
        bound();
    }

    /// The caller's item has its place from the moment it begins; the words come later.
    void callerItem(String item) {
        if (find(item) == null) {
            entries.add(new Entry(item, WORDLESS));
            bound();
        }
    }

    void callerSaid(String item, String text) {
        callerItem(item);
        Entry entry = find(item);
        if (entry != null) {
            entry.message = new Message.Caller(text);
            bound();
        }
    }

    void agentSaid(String item, String more) {
        Entry entry = agentItem(item);
        if (entry.message instanceof Message.Agent(String text, List<Thought.ToolCall> calls)
                && text.length() + more.length() <= Realtime.MAX_HISTORY_CHARACTERS) {
            entry.message = new Message.Agent(text + more, calls);
            bound();
        }
    }

    void agentAudio(String item, int bytes) {
        agentItem(item).audioBytes += bytes;
    }

    private Entry agentItem(String item) {
        Entry found = find(item);
        if (found != null) {
            return found;
        }
        Entry added = new Entry(item, new Message.Agent("", List.of()));
        entries.add(added);
        bound();
        return added;
    }

    void called(Thought.ToolCall call) {
        add(new Message.Agent("", List.of(call)));
    }

    /// How much of the item's audio there is, in milliseconds; 0 where it is not known.
    long audioMs(String item) {
        Entry entry = find(item);
        return entry == null ? 0 : entry.audioBytes / MuLaw.BYTES_PER_MS;
    }

    /// Only the beginning was heard: the words are shared out over the time of the audio.
    void heard(String item, long playedMs) {
        Entry entry = find(item);
        if (entry != null && entry.message instanceof Message.Agent(String text, List<Thought.ToolCall> calls)) {
            long wholeMs = Math.max(1, audioMs(item));
            int cut = (int) Math.min(text.length(), text.length() * Math.min(playedMs, wholeMs) / wholeMs);
            int end = cut == text.length() ? cut : Math.max(0, text.lastIndexOf(' ', cut));
            entry.message = new Message.Agent(text.substring(0, end), calls);
        }
    }

    /// Without what has no words; that the caller has said something is told all the same.
    List<Message> messages() {
        return entries.stream()
                .map(entry -> entry.message.equals(WORDLESS) ? new Message.Caller(UNKNOWN) : entry.message)
                .filter(message -> characters(message) > 0)
                .toList();
    }

    private @Nullable Entry find(String item) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (!item.isEmpty() && entries.get(i).item.equals(item)) {
                return entries.get(i);
            }
        }
        return null;
    }

    private void bound() {
        long characters = entries.stream().mapToLong(entry -> characters(entry.message)).sum();
        while (entries.size() > MAX_ENTRIES || (characters > Realtime.MAX_HISTORY_CHARACTERS && entries.size() > 1)) {
            characters -= characters(entries.removeFirst().message);
        }
    }

    private static long characters(Message message) {
        return switch (message) {
            case Message.Instructions some -> some.text().length();
            case Message.Caller caller -> caller.text().length();
            case Message.Agent agent -> agent.text().length() + agent.calls().stream().mapToLong(call -> call.arguments().length() + 1L).sum();
            case Message.ToolResult result -> result.content().length() + 1L;
        };
    }
}
