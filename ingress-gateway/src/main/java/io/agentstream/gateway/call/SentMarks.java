package io.agentstream.gateway.call;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// Marks that are at the provider and were not reached, oldest first. Reached is what the provider echoes, and without an echo what the clock
/// says. Confined to its call's thread; times in microseconds.
final class SentMarks {

    /// How much later than the clock says a provider may play and still be the one to say that a mark was reached.
    static final long GRACE_US = 200_000;

    /// @param wireName what the provider knows it by
    record Mark(long turn, String name, String wireName, long dueUs) {}

    private final Consumer<Mark> reached;
    private final List<Mark> marks = new ArrayList<>();

    /// @param reached told of each mark once, while [#echoed] or [#tick] is called
    SentMarks(Consumer<Mark> reached) {
        this.reached = reached;
    }

    int size() {
        return marks.size();
    }

    /// @param playsUntilUs until when the audio before it plays
    void sent(long turn, String name, String wireName, long playsUntilUs) {
        marks.add(new Mark(turn, name, wireName, playsUntilUs + GRACE_US));
    }

    /// The provider says that it has reached one; what it says of others is not for us.
    void echoed(String wireName) {
        Iterator<Mark> each = marks.iterator();
        while (each.hasNext()) {
            Mark mark = each.next();
            if (mark.wireName().equals(wireName)) {
                each.remove();
                reached.accept(mark);
                return;
            }
        }
    }

    /// Tells those that must have been reached by now.
    void tick(long nowUs) {
        while (!marks.isEmpty() && marks.getFirst().dueUs() <= nowUs) {
            reached.accept(marks.removeFirst());
        }
    }

    /// Drops those of that turn and of earlier ones.
    void dropUpTo(long turn) {
        marks.removeIf(mark -> mark.turn() <= turn);
    }

    void clear() {
        marks.clear();
    }

    /// When [#tick] has something to do at the earliest.
    long dueUs() {
        return marks.isEmpty() ? Long.MAX_VALUE : marks.getFirst().dueUs();
    }
}
