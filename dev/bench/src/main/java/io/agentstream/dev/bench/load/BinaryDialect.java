package io.agentstream.dev.bench.load;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;

/// Binary messages of 20 ms of mu-law, and nothing around them. One thread.
final class BinaryDialect implements Dialect {

    private final byte[] mask;
    private final FrameMatch match;
    private final NumberedNoise noise;
    private final byte[] audio = new byte[MarkedAudio.BYTES];
    private final MarkedStream stream = new MarkedStream();

    BinaryDialect(LoadPlan plan, int call, RandomGenerator random) {
        this.mask = WebSocketFrames.mask(random);
        this.match = plan.match();
        this.noise = new NumberedNoise(call, random);
    }

    @Override
    public List<byte[]> greeting() {
        return List.of();
    }

    @Override
    public ByteBuffer frame(int seq) {
        switch (match) {
            case EXACT -> noise.write(seq, audio);
            case TOLERANT -> MarkedAudio.write(seq, audio, 0);
        }
        return ByteBuffer.wrap(WebSocketFrames.masked(WebSocketFrames.BINARY, audio, mask));
    }

    @Override
    public List<byte[]> farewell() {
        return List.of();
    }

    /// Servers of this kind speak of themselves in text messages.
    @Override
    public void text(byte[] bytes, int offset, int length, int sent, Ear ear) {}

    @Override
    public void binary(byte[] bytes, int offset, int length, int sent, Ear ear) {
        switch (match) {
            case EXACT -> exact(bytes, offset, length, sent, ear);
            case TOLERANT -> stream.take(bytes, offset, length, sent, ear);
        }
    }

    private void exact(byte[] bytes, int offset, int length, int sent, Ear ear) {
        int seq = length == MarkedAudio.BYTES ? noise.number(bytes, offset) : -1;
        if (seq >= 0 && seq < sent) {
            ear.frame(seq);
        } else {
            ear.corrupt();
        }
    }
}
