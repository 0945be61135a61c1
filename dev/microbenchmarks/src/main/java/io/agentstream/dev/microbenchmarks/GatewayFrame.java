package io.agentstream.dev.microbenchmarks;

import io.agentstream.gateway.call.CallEffect;
import io.agentstream.gateway.call.CallInput;
import io.agentstream.gateway.call.CallLimits;
import io.agentstream.gateway.call.CallMachine;
import io.agentstream.gateway.call.CallState;
import io.agentstream.gateway.telephony.Base64Text;
import io.agentstream.gateway.telephony.CloudonixProvider;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrameCodec;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
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
    private final TelephonyProvider.AudioSpan span = new TelephonyProvider.AudioSpan();
    private final TelephonyProvider.StreamWriter writer = provider.writer("MZ00000000000000000000000000000001");
    private final byte[] out = new byte[1_024];
    private final CallMachine machine =
            new CallMachine(new CallLimits(30_000_000, 60_000_000, 30_000_000, 10_000_000, 500_000, 100, 200_000), false);
    private final CallState talking = new CallState.Talking(60_000_000, 30_000_000);
    private final CallInput tick = new CallInput.Tick(1_000);
    private long seq;

    /// The road of the usual message.
    @Benchmark
    public byte[] decode() {
        if (!provider.findAudio(message, 0, message.length, span)) {
            throw new IllegalStateException("the usual message was not taken for one");
        }
        byte[] frame = new byte[MediaFrameCodec.AUDIO_PAYLOAD_OFFSET + Base64Text.decodedBytes(message, span.from, span.to)];
        Base64Text.decode(message, span.from, span.to, frame, MediaFrameCodec.AUDIO_PAYLOAD_OFFSET);
        MediaFrameCodec.putAudioHeader(frame, call, ++seq, 1_700_000_000_000L, span.timestampMs);
        return frame;
    }

    /// The road of a message that is not the usual one, for comparison.
    @Benchmark
    public ProviderMessage decodeByTheParser() {
        return provider.read(message, 0, message.length);
    }

    @Benchmark
    public int encode() {
        return writer.putMedia(out, 0, audio, 0, audio.length);
    }

    @Benchmark
    public Step<CallState, CallEffect> machineStep() {
        return machine.step(talking, tick, 2_000);
    }
}
