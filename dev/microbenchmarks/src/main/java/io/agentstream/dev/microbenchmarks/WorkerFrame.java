package io.agentstream.dev.microbenchmarks;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.audio.MuLaw;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A frame in the worker: the codecs, the machine, and mu-law both ways.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WorkerFrame {

    private final CallId call = CallId.of(1_700_000_000_000L, 1, 2);
    private final MediaFrame.Audio frame =
            new MediaFrame.Audio(call, 7, 1_700_000_000_000L, 40, Slice.of(new byte[160]));
    private final byte[] frameBytes = Topics.CALL_MEDIA.codec().encode(frame);
    private final SocketCommand.Play play = new SocketCommand.Play(call, 1, 7, 160, Slice.of(new byte[160]));
    private final byte[] playBytes = Topics.SOCKET_COMMANDS.codec().encode(play);
    private final Conversation echoing =
            ConversationMachine.step(Conversation.NEW, 0, new ConversationInput.RunStarted(false)).state();
    private final byte[] muLaw = new byte[160];
    private final short[] linear = new short[160];

    @Benchmark
    public Decoded<MediaFrame> decodeFrame() {
        return Topics.CALL_MEDIA.codec().decode(frameBytes);
    }

    @Benchmark
    public byte[] encodeFrame() {
        return Topics.CALL_MEDIA.codec().encode(frame);
    }

    @Benchmark
    public Decoded<SocketCommand> decodePlay() {
        return Topics.SOCKET_COMMANDS.codec().decode(playBytes);
    }

    @Benchmark
    public byte[] encodePlay() {
        return Topics.SOCKET_COMMANDS.codec().encode(play);
    }

    @Benchmark
    public Step<Conversation, ConversationEffect> machineStep() {
        return ConversationMachine.step(echoing, 1_000, new ConversationInput.AudioHeard(frame));
    }

    @Benchmark
    public short[] muLawToLinear() {
        MuLaw.decode(muLaw, 0, linear, 0, 160);
        return linear;
    }

    @Benchmark
    public byte[] linearToMuLaw() {
        MuLaw.encode(linear, 0, muLaw, 0, 160);
        return muLaw;
    }
}
