package io.agentstream.dev.microbenchmarks;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// What sealing adds to a frame of 160 bytes: it is sealed and opened once on its way to the worker, and once on the way back.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SealedFrame {

    private final CallId call = CallId.of(1_700_000_000_000L, 1, 2);
    private final FrameSeal seal = new FrameSeal(
            Objects.requireNonNull(CallSecrets.generate(new SecureRandom()).media()), new SecureRandom());
    private final MediaFrame.Audio heard =
            new MediaFrame.Audio(call, 7, 1_700_000_000_000L, 40, Slice.of(new byte[160]));
    private final SocketCommand.Play play = new SocketCommand.Play(call, 1, 7, 160, Slice.of(new byte[160]), 3);
    private final MediaFrame.SealedAudio sealedHeard = seal.seal(heard);
    private final SocketCommand.SealedPlay sealedPlay = seal.seal(play);

    @Benchmark
    public MediaFrame.SealedAudio sealHeard() {
        return seal.seal(heard);
    }

    @Benchmark
    public MediaFrame.@Nullable Audio openHeard() {
        return seal.open(sealedHeard);
    }

    @Benchmark
    public SocketCommand.SealedPlay sealPlay() {
        return seal.seal(play);
    }

    @Benchmark
    public SocketCommand.@Nullable Play openPlay() {
        return seal.open(sealedPlay);
    }
}
