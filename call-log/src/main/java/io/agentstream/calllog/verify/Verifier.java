package io.agentstream.calllog.verify;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.journal.ConversationRerun;
import io.agentstream.agents.journal.ConversationRerun.Outcome;
import io.agentstream.calllog.verify.Verification.Difference;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.JournalDecoder;
import io.agentstream.schemas.JournalDecoder.BadEntriesException;
import io.agentstream.schemas.JournalEntry;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs one call's conversation again on the batches of its journal, in the order in which they stand on the topic, up to the first
/// difference. Each worker that held the call has a part of its own, with which the machine begins anew. Keeps a few steps and a number
/// for each batch. One thread.
public final class Verifier {

    /// Steps before a difference that are shown with it.
    public static final int BEFORE = 10;

    /// Sentences of one kind; what is said a thousand times is said often enough.
    private static final int MAX_SENTENCES = 50;

    /// Numbers of batches that are kept: a day of the shortest ones.
    private static final int MAX_BATCHES = 1 << 16;

    private final CallId callId;
    private final @Nullable SealKey words;
    private final Dialogue dialogue;
    private final List<String> holes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Deque<JournalEntry> before = new ArrayDeque<>(BEFORE);
    /// States that workers had when they wrote a batch: what another one took over was one of them.
    private final Set<Integer> left = new HashSet<>();
    private @Nullable Difference difference;
    private int workers;
    private int batches;
    private long steps;

    private @Nullable Part part;

    /// What one worker has written.
    private static final class Part {
        private final int epoch;
        private final ConversationRerun rerun;
        /// The batches that came, by their numbers, and what they are known again by.
        private final Map<Integer, Integer> came = new HashMap<>();
        private int next;
        private boolean dead;
        private boolean ended;
        /// Whether the machine took in that the call is over; a batch that was full then was not known to be the last.
        private boolean tookEnd;
        private long steps;

        private Part(int epoch, ConversationRerun rerun) {
            this.epoch = epoch;
            this.rerun = rerun;
        }
    }

    /// @param words the key that the call's journal is sealed with; null where it is not, or the key is gone
    /// @param dialogue what the conversation began with
    public Verifier(CallId callId, @Nullable SealKey words, Dialogue dialogue) {
        this.callId = callId;
        this.words = words;
        this.dialogue = dialogue;
    }

    /// Takes the next batch.
    ///
    /// @return false where nothing more is of use, because there is a difference
    public boolean take(JournalBatch batch) {
        if (difference != null) {
            return false;
        }
        if (!batch.callId().equals(callId)) {
            hole("a batch is of another call, " + batch.callId());
            return true;
        }
        if (!batch.machine().equals(JournalBatch.CONVERSATION)) {
            hole("a batch is of a machine that this version does not have");
            return true;
        }
        Part of = partOf(batch);
        if (of == null) {
            return true;
        }
        JournalBatch clear = clear(batch);
        int known = clear == null ? 0 : clear.entries().hashCode();
        if (batch.number() < of.next) {
            again(of, batch, known);
            return true;
        }
        if (batch.number() > of.next) {
            missing(of, batch);
        }
        of.next = batch.number() + 1;
        if (of.came.size() < MAX_BATCHES) {
            of.came.put(batch.number(), known);
        }
        if (clear == null || of.dead) {
            return true;
        }
        if (of.ended) {
            note(named(batch) + " comes after the last one");
        }
        of.ended |= batch.last();
        run(of, clear);
        return difference == null;
    }

    /// What came of it.
    ///
    /// @param isOver whether the call was over before its journal was read: then that has an end
    public Verification done(boolean isOver) {
        Part newest = part;
        if (newest != null && !newest.dead && !newest.ended && !newest.tookEnd && difference == null) {
            if (isOver) {
                dead("the end of the journal of generation " + newest.epoch + " is missing, behind step " + newest.steps
                        + ": it was lost, or is still on its way");
            } else {
                note("the call goes on: its journal is run up to step " + newest.steps + " of generation " + newest.epoch);
            }
        }
        return new Verification(callId, workers, batches, steps, Optional.ofNullable(difference), List.copyOf(holes), List.copyOf(notes));
    }

    /// Something that keeps a part of the call from being run, met by whoever reads it.
    public void hole(String sentence) {
        add(holes, sentence);
    }

    private void note(String sentence) {
        add(notes, sentence);
    }

    private static void add(List<String> to, String sentence) {
        if (to.size() < MAX_SENTENCES) {
            to.add(sentence);
        }
    }

    private @Nullable Part partOf(JournalBatch batch) {
        Part now = part;
        if (now != null && batch.epoch() < now.epoch) {
            note(named(batch) + " was written after generation " + now.epoch
                    + " had the call: by a worker that had lost it, and is not believed");
            return null;
        }
        if (now == null || batch.epoch() > now.epoch) {
            boolean decides = batch.version() >= ConversationMachine.DECIDES_SINCE;
            now = new Part(batch.epoch(), new ConversationRerun(callId, decides ? dialogue : Dialogue.OUTSIDE));
            part = now;
            workers++;
            before.clear();
        }
        return now;
    }

    private @Nullable JournalBatch clear(JournalBatch batch) {
        if (!batch.sealed()) {
            return batch;
        }
        if (words == null) {
            dead(named(batch) + " is sealed, and the call's key is not there");
            return null;
        }
        return switch (Sealing.open(batch, words)) {
            case Sealing.Opened.Clear<JournalBatch>(JournalBatch opened) -> opened;
            case Sealing.Opened.Foreign<JournalBatch> _ -> {
                dead(named(batch) + " does not open with the call's key: it was changed, or moved from its place");
                yield null;
            }
        };
    }

    private void again(Part of, JournalBatch batch, int known) {
        Integer first = of.came.get(batch.number());
        if (first != null && first == known) {
            note(named(batch) + " came twice");
        } else if (first == null) {
            note(named(batch) + " comes late");
        } else {
            dead("there are two different ones of " + named(batch) + ": two workers held the call at once");
        }
    }

    private void missing(Part of, JournalBatch batch) {
        int from = of.next;
        int to = batch.number() - 1;
        dead((from == to ? "batch " + from : "batches " + from + " to " + to) + " of generation " + of.epoch
                + (from == to ? " is" : " are") + " missing: what follows cannot be run again");
    }

    /// The part cannot be run any further; said once.
    private void dead(String sentence) {
        if (part != null && !part.dead) {
            part.dead = true;
            hole(sentence);
        }
    }

    private void run(Part of, JournalBatch batch) {
        batches++;
        JournalDecoder in = new JournalDecoder(batch);
        try {
            JournalEntry entry;
            while (!of.dead && difference == null && (entry = in.next()) != null) {
                step(of, batch, entry);
            }
        } catch (BadEntriesException bad) {
            dead(named(batch) + " cannot be read: " + bad.getMessage());
        }
        if (!of.dead) {
            left.add(saved(Json.MAPPER.valueToTree(SavedConversation.of(of.rerun.state())).toString()));
        }
    }

    private void step(Part of, JournalBatch batch, JournalEntry entry) {
        String input = entry.input().path("type").asString("");
        if (input.equals("resumed")) {
            resumed(batch, entry);
        }
        of.tookEnd |= input.equals("call_ended");
        Conversation state = of.rerun.state();
        switch (of.rerun.step(entry)) {
            case Outcome.Same _ -> {
                steps++;
                of.steps++;
                if (before.size() == BEFORE) {
                    before.removeFirst();
                }
                before.addLast(entry);
            }
            case Outcome.Different(var actual) -> {
                steps++;
                difference = new Difference(
                        of.epoch, batch.number(), of.steps + 1, batch.version(), ConversationMachine.VERSION, state.toString(), entry, actual,
                        List.copyOf(before));
            }
            case Outcome.Impossible(String why) ->
                dead("step " + (of.steps + 1) + " of generation " + of.epoch + " (" + named(batch) + ") cannot be run again: " + why);
        }
    }

    /// Of a worker that was killed the last batches may never have been written.
    private void resumed(JournalBatch batch, JournalEntry entry) {
        if (!left.contains(saved(entry.input().path("saved").toString()))) {
            note("generation " + batch.epoch() + " took over a state that is not in the journal of whoever had the call before: the end of"
                    + " that journal was not written");
        }
    }

    private static int saved(String json) {
        return json.hashCode();
    }

    private static String named(JournalBatch batch) {
        return "batch " + batch.number() + " of generation " + batch.epoch();
    }
}
