package io.agentstream.worker.service.openai;

import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.wire.Messages;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Which turns of the caller are under way to the service, and which of its items is which turn. One task at a time.
final class CallerTurns {

    /// Turns of which the words are waited for; of those before them none will come.
    static final int MAX_OPEN = 32;

    private final RealtimeHistory history;
    private final SentTurns sent;
    private final Consumer<Lived> tell;

    /// Those that are over, but of which audio still waits to be sent.
    private final TreeSet<Integer> ending = new TreeSet<>();
    /// Of this session: those that the service has been told to be over, and has not named yet; and those that it has named.
    private final Deque<Integer> committed = new ArrayDeque<>();
    private final Newest<Integer> turnOfItem = new Newest<>(MAX_OPEN);
    private boolean speaking;

    CallerTurns(RealtimeHistory history, SentTurns sent, Consumer<Lived> tell) {
        this.history = history;
        this.sent = sent;
        this.tell = tell;
    }

    void begin() {
        speaking = true;
    }

    void forget() {
        speaking = false;
    }

    void end(int turn) {
        speaking = false;
        ending.add(turn);
    }

    /// All audio of the turn was sent, and that it is over is being sent: what the service says next of turns is about this one.
    void commits(int turn) {
        history.callerTurn(turn);
        committed.add(turn);
        if (committed.size() > MAX_OPEN) {
            tell(committed.poll(), "");
        }
    }

    /// That it is over was sent, too.
    void committed(int turn) {
        ending.headSet(turn, true).clear();
    }

    /// Whether audio of a turn that is over is still to be sent.
    boolean areEnding() {
        return !ending.isEmpty();
    }

    /// Whether nothing is being heard.
    boolean areQuiet() {
        return !speaking && ending.isEmpty();
    }

    /// There is another session, or none. What is heard again has its words yet to come.
    void ended() {
        committed.forEach(this::lost);
        committed.clear();
        turnOfItem.all().forEach(this::lost);
        turnOfItem.clear();
    }

    private void lost(int turn) {
        if (!sent.has(turn)) {
            tell(turn, "");
        }
    }

    void named(String item) {
        Integer turn = committed.poll();
        if (turn != null) {
            tell(turnOfItem.put(item, turn), "");
            history.callerItem(turn, item);
        }
    }

    void said(String item, String text) {
        Integer turn = turnOfItem.remove(item);
        if (!text.isBlank()) {
            history.callerSaid(item, text.strip());
            if (turn != null) {
                sent.known(turn);
            }
        }
        tell(turn, text.strip());
    }

    /// Nothing was to be heard in a turn.
    ///
    /// @param error which may be about something else
    void failed(JsonNode error) {
        String event = Messages.text(error, "event_id");
        if (event.startsWith(RealtimeMessages.TURN)) {
            committed.stream().filter(turn -> event.equals(RealtimeMessages.TURN + turn)).findFirst().ifPresent(turn -> {
                committed.remove(turn);
                sent.known(turn);
                history.noTurn(turn);
                tell(turn, "");
            });
        }
    }

    private void tell(@Nullable Integer turn, String text) {
        if (turn != null) {
            tell.accept(new Lived.CallerSaid(turn, text));
        }
    }
}
