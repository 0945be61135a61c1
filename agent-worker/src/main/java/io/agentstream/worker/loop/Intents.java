package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What other systems are to be asked for, as long as it is not written down that they are. What is done there cannot be taken back, so it is asked for once whoever
/// takes the conversation over knows of it, and asks under the same key or not at all (ADR 30).
/// Only the loop.
final class Intents {

    /// What is told then.
    static final String NOT_RECORDED = "{\"error\":\"not_recorded\"}";

    /// So long after a snapshot that is lost the next one is sent, where one of these waits for it.
    static final long SAVE_AGAIN_MS = 100;

    private final WorkerMeters meters;
    private final List<Intent> waiting = new ArrayList<>();

    /// @param save number of the snapshot that has it
    private record Intent(LiveConversation of, CallTool call, int save, long sinceMs, long sinceNs) {
        boolean isWritten() {
            return of.writtenSave.get() >= save;
        }

        boolean isToBeSavedAgain(long nowMs) {
            boolean isHeld = !of.closed && of.session != null;
            return isHeld && of.unsaved && !isWritten() && of.lostSave.get() >= of.saves && nowMs - of.savedMs >= SAVE_AGAIN_MS;
        }
    }

    /// One that waits no longer.
    ///
    /// @param inTime whether it may be asked for; if not, it never is
    record Due(LiveConversation of, CallTool call, boolean inTime) {}

    Intents(WorkerMeters meters) {
        this.meters = meters;
    }

    /// The next snapshot of the conversation has it, and is to be written at once: [#isUnsaved].
    void add(LiveConversation of, CallTool call, long nowMs) {
        of.awaitedSave = of.saves + 1;
        waiting.add(new Intent(of, call, of.awaitedSave, nowMs, System.nanoTime()));
    }

    /// Whether there is none yet that has all that the conversation is to ask for.
    static boolean isUnsaved(LiveConversation of) {
        return of.awaitedSave > of.saves;
    }

    /// @return whether it was not asked for yet, and so never is
    @SuppressWarnings("ReferenceEquality") // the very conversation
    boolean drop(LiveConversation of, StopTool stop) {
        return waiting.removeIf(each -> each.of() == of && each.call().turn() == stop.turn() && each.call().number() == stop.number());
    }

    /// Whether one can be asked for, or its snapshot is to be written again.
    boolean anyDue(long nowMs) {
        for (Intent each : waiting) {
            if (each.isWritten() || each.isToBeSavedAgain(nowMs)) {
                return true;
            }
        }
        return false;
    }

    /// The conversations whose newest snapshot is lost while one of these waits for it: it is written again at once, but not more often than every [#SAVE_AGAIN_MS].
    List<LiveConversation> toSaveAgain(long nowMs) {
        return waiting.isEmpty()
                ? List.of()
                : waiting.stream().filter(each -> each.isToBeSavedAgain(nowMs)).map(Intent::of).distinct().toList();
    }

    /// Takes those that wait no longer, oldest first. What is written later than [CallTool#LEAVES_WITHIN_MS] is not asked for any more: who waits for the answer
    /// may have given it up, and want the same under another key.
    List<Due> take(long nowMs) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Due> due = new ArrayList<>();
        for (Iterator<Intent> all = waiting.iterator(); all.hasNext(); ) {
            Intent each = all.next();
            if (each.of().closed || each.of().session == null) { // it is somebody else's, or over
                all.remove();
                continue;
            }
            boolean inTime = nowMs - each.sinceMs() < CallTool.LEAVES_WITHIN_MS;
            if (each.isWritten() || !inTime) {
                all.remove();
                meters.intentWritten().record(System.nanoTime() - each.sinceNs(), TimeUnit.NANOSECONDS);
                due.add(new Due(each.of(), each.call(), inTime));
            }
        }
        return due;
    }
}
