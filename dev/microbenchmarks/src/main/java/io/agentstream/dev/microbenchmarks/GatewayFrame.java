package io.agentstream.dev.microbenchmarks;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.call.CallMachine;
import io.agentstream.gateway.call.CallState;
import io.agentstream.gateway.call.Playback;
import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.telephony.cloudonix.CloudonixProvider;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrameCodec;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// A frame in the gateway: from the provider's message to the record, and from a reply to the provider's message.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GatewayFrame {

    private final CloudonixProvider provider = new CloudonixProvider();
    private final CallId call = CallId.of(1_700_000_000_000L, 1, 2);
    private final byte[] audio = new byte[160];
    private final byte[] message = ("{\"event\":\"media\",\"streamSid\":\"MZ00000000000000000000000000000001\",\"sequenceNumber\":\"4\","
                    + "\"media\":{\"track\":\"inbound\",\"chunk\":\"2\",\"timestamp\":\"40\",\"payload\":\""
                    + Base64.getEncoder().encodeToString(audio) + "\"}}")
            .getBytes(StandardCharsets.US_ASCII);
    private final byte[] digit = "{\"event\":\"dtmf\",\"streamSid\":\"MZ1\",\"dtmf\":{\"digit\":\"5\"}}"
            .getBytes(StandardCharsets.US_ASCII);
    private final InboundAudio inbound =
            new InboundAudio(MediaFrameCodec.AUDIO_PAYLOAD_OFFSET, MediaFrameCodec.MAX_PAYLOAD_BYTES);
    private final TelephonyProvider.StreamWriter writer = provider.writer("MZ00000000000000000000000000000001");
    private final byte[] out = new byte[1_024];
    private final CallMachine machine =
            new CallMachine(new CallLimits(30_000_000, 60_000_000, 30_000_000, 10_000_000, 500_000, 100, 200_000), false);
    private final CallInput heardAudio = new CallInput.Heard(new ProviderMessage.Audio());
    private CallState talking = CallState.Talking.begun(60_000_000, 30_000_000);
    private final CallInput tick = new CallInput.Tick(1_000, 0);
    private long seq;
    private final Slice payload = Slice.of(audio);
    private final Playback playback = new Playback(200_000, new Unheard());
    private long playingUs;
    private int played;

    /// Does nothing of what playback decides.
    private static final class Unheard implements Playback.Output {
        @Override
        public void media(byte[] audio, int from, int length) {}

        @Override
        public void clear() {}

        @Override
        public void mark(String wireName) {}

        @Override
        public void played(int turn, long playedMs, boolean finished) {}

        @Override
        public void markReached(int turn, String name) {}

        @Override
        public void playing(int turn, int epoch, long fromByte, long startsAtUs) {}

        @Override
        public void silence(long fromUs) {}

        @Override
        public void dropped(Playback.Drop why, int frames) {}

        @Override
        public void late(long pauseUs) {}
    }

    @Setup
    public void open() {
        playback.open(0);
    }

    /// The whole road of the usual message: read, decided, and made the record.
    @Benchmark
    public byte[] decode() {
        if (!(provider.read(message, 0, message.length, inbound) instanceof ProviderMessage.Audio)) {
            throw new IllegalStateException("the usual message was not taken for one");
        }
        Step<CallState, CallEffect> step = machine.step(talking, heardAudio, 2_000);
        talking = step.state();
        byte[] frame = inbound.record();
        for (int i = 0; i < step.effects().size(); i++) {
            if (step.effects().get(i) instanceof CallEffect.TellAudio) {
                MediaFrameCodec.putAudioHeader(frame, call, ++seq, 1_700_000_000_000L, inbound.timestampMs());
            }
        }
        return frame;
    }

    /// A message that is not the usual one, by the real parser.
    @Benchmark
    public ProviderMessage decodeByTheParser() {
        return provider.read(digit, 0, digit.length, inbound);
    }

    @Benchmark
    public int encode() {
        return writer.putMedia(out, 0, audio, 0, audio.length);
    }

    /// A frame of a reply that goes on, by the clock of what the caller hears.
    @Benchmark
    public long play() {
        playingUs += 20_000;
        SocketCommand.Play reply = new SocketCommand.Play(call, 1, played++, 160, payload);
        if (playback.accepts(reply)) {
            playback.play(reply, playingUs);
        }
        return playback.soundsUntilUs();
    }

    @Benchmark
    public Step<CallState, CallEffect> machineStep() {
        return machine.step(talking, tick, 2_000);
    }
}
