package io.agentstream.calllog.verify;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.EngineReply;
import io.agentstream.agents.conversation.ConversationInput.Then;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.journal.ConversationJournal;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A call without a broker: a caller who talks, presses keys, interrupts and is silent, an engine that answers, workers that hand the
/// conversation over or die, each of which writes a journal as a worker's loop does. All of it from a seed.
final class SimulatedCall {

    private static final long T0 = 1_795_000_000_000L;
    private static final int BATCH_STEPS = 60;

    final CallId callId;
    final List<JournalBatch> topic = new ArrayList<>();
    int takeOvers;
    int interruptions;

    private final Random random;
    private final @Nullable SealKey words;
    private final boolean echo;
    private final Deque<EngineReply> engine = new ArrayDeque<>();
    private ConversationJournal journal = new ConversationJournal();
    private Conversation state = Conversation.NEW;
    private SavedConversation saved = SavedConversation.of(state);
    private long nowMs = T0;
    private long deadlineMs = Long.MAX_VALUE;
    private int epoch = 1;
    private int number;
    private int waiting;
    private long seq = 3;
    private boolean markWanted;

    /// @param words the key that the journal is sealed with; null: it is not
    SimulatedCall(long seed, @Nullable SealKey words) {
        this.random = new Random(seed);
        this.callId = CallId.of(T0, seed, 7);
        this.words = words;
        this.echo = random.nextInt(4) == 0;
    }

    SimulatedCall run(int steps) {
        give(new ConversationInput.RunStarted(!echo));
        for (int n = 0; n < steps && !state.isOver(); n++) {
            nowMs += random.nextInt(40);
            if (random.nextInt(90) == 0) {
                changeHands();
            }
            give(next());
        }
        give(new ConversationInput.CallEnded());
        write(true);
        return this;
    }

    private ConversationInput next() {
        if (!engine.isEmpty() && random.nextInt(3) != 0) {
            return engine.removeFirst();
        }
        if (nowMs >= deadlineMs) {
            deadlineMs = Long.MAX_VALUE;
            return new ConversationInput.DeadlinePassed();
        }
        int turn = random.nextInt(8) == 0 ? random.nextInt(state.turn() + 2) : state.turn();
        return switch (random.nextInt(16)) {
            case 0 -> new ConversationInput.DigitPressed("1290#".charAt(random.nextInt(5)));
            case 1 -> new ConversationInput.SpeechStarted(random.nextInt(300));
            case 2, 3 -> new ConversationInput.SpeechStopped(random.nextInt(3_000), random.nextInt(600));
            case 4 -> new ConversationInput.Played(turn, random.nextInt(9_000), random.nextBoolean());
            case 5 -> markWanted ? new ConversationInput.MarkReached(turn) : new ConversationInput.Played(turn, random.nextInt(2_000), false);
            case 6 -> {
                nowMs += random.nextInt(9_000); // a silence
                yield frame();
            }
            default -> frame();
        };
    }

    private ConversationInput frame() {
        return new ConversationInput.AudioHeard(
                new MediaFrame.Audio(callId, seq++, nowMs - random.nextInt(30), seq * 20, new Slice(new byte[203], 43, 160)));
    }

    private void give(ConversationInput input) {
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(state, nowMs, input);
        state = step.state();
        journal.add(nowMs, input, step.effects());
        step.effects().forEach(this::perform);
        if (++waiting >= BATCH_STEPS) {
            write(false);
        }
    }

    private void perform(ConversationEffect effect) {
        switch (effect) {
            case ConversationEffect.Hear hear -> {
                if (echo) {
                    engine.add(new ConversationInput.ReplyPart(state.turn(), "", hear.frame().payload()));
                }
            }
            case ConversationEffect.Think think -> answer(think.turn());
            case ConversationEffect.StopThinking stop -> engine.clear();
            case ConversationEffect.Clear clear -> interruptions++;
            case ConversationEffect.AskForMark mark -> markWanted = true;
            case ConversationEffect.SetDeadline deadline -> deadlineMs = deadline.atMs();
            case ConversationEffect.ClearDeadline clear -> deadlineMs = Long.MAX_VALUE;
            case ConversationEffect.Save save -> {
                write(false);
                saved = SavedConversation.of(state);
            }
            case ConversationEffect.Play _, ConversationEffect.Flow _, ConversationEffect.Tell _, ConversationEffect.HangUp _,
                    ConversationEffect.Understand _, ConversationEffect.ServiceEffect _ -> { }
        }
    }

    private void answer(int turn) {
        engine.clear();
        markWanted = false;
        Manners manners = new Manners(random.nextInt(4) != 0, random.nextBoolean(), random.nextBoolean() ? "12#" : "", 3_000);
        engine.add(new ConversationInput.ReplyBegun(
                turn, "node-" + random.nextInt(5), manners, Json.MAPPER.createObjectNode().put("at", random.nextInt()),
                null));
        for (int part = random.nextInt(3); part > 0; part--) {
            int bytes = 160 * (1 + random.nextInt(600));
            engine.add(new ConversationInput.ReplyPart(turn, "Words " + random.nextInt() + "é", Slice.of(new byte[bytes])));
        }
        engine.add(random.nextInt(200) == 0
                ? new ConversationInput.EngineFailed()
                : new ConversationInput.ReplyFinished(
                        turn, random.nextInt(60) == 0 ? Then.HANG_UP : random.nextInt(4) == 0 ? Then.GO_ON : Then.LISTEN));
    }

    /// In good manners, or without a word.
    private void changeHands() {
        takeOvers++;
        if (random.nextBoolean()) {
            write(false);
            saved = SavedConversation.of(state);
        }
        journal = new ConversationJournal();
        state = Conversation.NEW;
        engine.clear();
        deadlineMs = Long.MAX_VALUE;
        epoch += 1 + random.nextInt(3);
        number = 0;
        waiting = 0;
        nowMs += random.nextInt(7_000);
        SavedConversation left = Json.MAPPER.treeToValue(Json.MAPPER.valueToTree(saved), SavedConversation.class);
        give(new ConversationInput.Resumed(left, random.nextInt(7_000)));
    }

    private void write(boolean last) {
        waiting = 0;
        if (journal.length() == 0) {
            return;
        }
        long firstMs = journal.firstMs();
        JournalBatch batch = new JournalBatch(
                callId, JournalBatch.CONVERSATION, ConversationMachine.VERSION, epoch, number++, seq, firstMs, last, null, false,
                journal.take());
        byte[] record = Topics.CALL_JOURNAL.codec().encode(words == null ? batch : Sealing.seal(batch, words));
        if (!(Topics.CALL_JOURNAL.codec().decode(record) instanceof Codec.Decoded.Value<JournalBatch>(JournalBatch read))) {
            throw new AssertionError("not readable");
        }
        topic.add(read);
    }
}
