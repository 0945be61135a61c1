package io.agentstream.dev.microbenchmarks;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.journal.ConversationJournal;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// What the journal adds to a frame and its answer in the worker: both written into it, and a 250th of a batch, which is taken, sealed and made
/// a record.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JournalFrame {

    private static final int FRAMES_OF_A_BATCH = 250;
    private static final long T0 = 1_795_000_000_000L;

    private final CallId call = CallId.of(T0, 1, 2);
    private final SealKey words = SealKey.generate(new SecureRandom());
    private final ConversationJournal journal = new ConversationJournal();
    private final Conversation echoing =
            ConversationMachine.step(Conversation.NEW, 0, new ConversationInput.RunStarted(false)).state();
    private final Slice audio = new Slice(new byte[203], 43, 160);
    private long seq;

    @Benchmark
    public Object frameAndAnswer() {
        return written(false);
    }

    @Benchmark
    public Object frameAndAnswerSealed() {
        return written(true);
    }

    private Object written(boolean sealed) {
        long n = seq++;
        long nowMs = T0 + 20 * n + n % 3;
        MediaFrame.Audio frame = new MediaFrame.Audio(call, n, nowMs - n % 5, 20 * n, audio);
        ConversationInput heard = new ConversationInput.AudioHeard(frame);
        journal.add(nowMs, heard, step(nowMs, heard));
        ConversationInput answer = new ConversationInput.ReplyPart(1, "", audio);
        journal.add(nowMs, answer, step(nowMs, answer));
        if (n % FRAMES_OF_A_BATCH != 0) {
            return frame;
        }
        JournalBatch batch = new JournalBatch(
                call, JournalBatch.CONVERSATION, 1, 1, (int) n, n, journal.firstMs(), false, null, false, journal.take());
        return Topics.CALL_JOURNAL.codec().encode(sealed ? Sealing.seal(batch, words) : batch);
    }

    /// The machine alone, to be taken off.
    @Benchmark
    public Object withoutJournal() {
        long n = seq++;
        long nowMs = T0 + 20 * n + n % 3;
        MediaFrame.Audio frame = new MediaFrame.Audio(call, n, nowMs - n % 5, 20 * n, audio);
        List<ConversationEffect> hear = step(nowMs, new ConversationInput.AudioHeard(frame));
        List<ConversationEffect> play = step(nowMs, new ConversationInput.ReplyPart(1, "", audio));
        return n % FRAMES_OF_A_BATCH == 0 ? hear : play;
    }

    private List<ConversationEffect> step(long nowMs, ConversationInput input) {
        return ConversationMachine.step(echoing, nowMs, input).effects();
    }
}
