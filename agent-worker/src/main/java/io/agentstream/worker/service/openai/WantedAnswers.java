package io.agentstream.worker.service.openai;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// The answers that are wanted, in order, and the one that is under way: a service makes one at a time. One task at a time.
final class WantedAnswers {

    /// In place of a response's name, until the service has told it.
    static final String UNNAMED = "?";

    private final Deque<Wanted> wanted = new ArrayDeque<>();
    private Wanted current = new Wanted(0, "");
    /// The response under way; empty for none.
    private String active = "";
    /// Whether it is not wanted any more, and whether something of it was told: a sound, or the call of a tool.
    private boolean stopped;
    private boolean begun;
    /// What is asked for again in a moment, because there was too much for the service; null: nothing.
    private @Nullable Wanted again;

    record Wanted(int answer, String instructions) {}

    void add(int answer, String instructions) {
        wanted.addLast(new Wanted(answer, instructions));
    }

    /// The next one is under way; null where there is none, or one that comes before it is asked for again in a moment.
    @Nullable Wanted next() {
        Wanted next = again == null ? wanted.poll() : null;
        if (next != null) {
            current = next;
            stopped = false;
            begun = false;
            active = UNNAMED;
        }
        return next;
    }

    /// @return whether it is under way, so that the service has to be told
    boolean stop(int answer) {
        wanted.removeIf(each -> each.answer() == answer);
        again = again != null && again.answer() == answer ? null : again;
        boolean isUnderWay = current.answer() == answer && !active.isEmpty() && !stopped;
        stopped |= isUnderWay;
        return isUnderWay;
    }

    int answer() {
        return current.answer();
    }

    String active() {
        return active;
    }

    boolean isStopped() {
        return stopped;
    }

    boolean isActive(String response) {
        return response.equals(active) && !stopped;
    }

    boolean areNone() {
        return wanted.isEmpty() && again == null && active.isEmpty();
    }

    boolean isFree() {
        return active.isEmpty();
    }

    void named(String response) {
        active = response;
    }

    void begins() {
        begun = true;
    }

    /// Whether something of the one under way, or of the last, was told: asked for again it would be heard, or done, twice.
    boolean hasBegun() {
        return begun;
    }

    void over() {
        active = "";
    }

    /// The one under way is asked for once more before any other.
    void repeat() {
        active = "";
        wanted.addFirst(current);
    }

    void repeatLater() {
        again = current;
    }

    void repeatNow() {
        if (again != null) {
            wanted.addFirst(again);
            again = null;
        }
    }

    /// The session is lost. What is owed is made by the next one, unless something of it was told: nothing is done twice, nor said.
    ///
    /// @return whether the answer is over by that
    boolean lost() {
        boolean isOwed = !active.isEmpty() && !stopped;
        active = "";
        stopped = false;
        if (isOwed && !begun) {
            wanted.addFirst(current);
        }
        return isOwed && begun;
    }
}
