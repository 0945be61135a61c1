package io.agentstream.worker.service.openai;

import io.agentstream.audio.MuLaw;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.Thought;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What was said in a call, in the order of the service's items, for the session after this one. Bounded: the oldest is forgotten. One
/// thread at a time.
final class RealtimeHistory {

    private static final int MAX_ENTRIES = 400;
    private static final Message WORDLESS = new Message.Caller("");
    private static final String UNKNOWN = "(The caller has said something that is not known in words.)";

    private static final int NOBODYS = -1;

    private static final class Entry {
        /// Which of the caller's turns it is, or nobody's.
        private final int turn;
        /// Empty for what has no item.
        private String item;
        private Message message;
        private long audioBytes;

        private Entry(int turn, String item, Message message) {
            this.turn = turn;
            this.item = item;
            this.message = message;
        }
    }

    /// What the next session has to know.
    sealed interface Past {
        record Told(Message message) implements Past {}

        /// What the caller said in a turn is not known in words.
        record Sound(int turn) implements Past {}
    }

    private final List<Entry> entries = new ArrayList<>();

    RealtimeHistory(List<Message> before) {
        before.forEach(this::add);
    }

    void add(Message message) {
        entries.add(new Entry(NOBODYS, "", message));
        bound();
    }

    /// The caller's turn has its place from the moment it is over; the words come later.
    void callerTurn(int turn) {
        if (entries.stream().noneMatch(entry -> entry.turn == turn)) {
            entries.add(new Entry(turn, "", WORDLESS));
            bound();
        }
    }

    /// Nothing was to be heard in it.
    void noTurn(int turn) {
        entries.removeIf(entry -> entry.turn == turn);
    }

    /// How the session calls it.
    void callerItem(int turn, String item) {
        entries.stream().filter(entry -> entry.turn == turn).forEach(entry -> entry.item = item);
    }

    void callerSaid(String item, String text) {
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
        Entry added = new Entry(NOBODYS, item, new Message.Agent("", List.of()));
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

    /// Without what has no words. A turn of the caller is heard again where its sound is there; else it is told that there was one.
    ///
    /// @param has whether the sound of a turn is there
    List<Past> past(IntPredicate has) {
        List<Past> past = new ArrayList<>();
        for (Entry entry : entries) {
            if (!entry.message.equals(WORDLESS)) {
                if (characters(entry.message) > 0) {
                    past.add(new Past.Told(entry.message));
                }
            } else if (has.test(entry.turn)) {
                past.add(new Past.Sound(entry.turn));
            } else {
                past.add(new Past.Told(new Message.Caller(UNKNOWN)));
            }
        }
        return past;
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
