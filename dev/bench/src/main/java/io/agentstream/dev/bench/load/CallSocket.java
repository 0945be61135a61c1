package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.measure.EchoLedger;
import io.agentstream.dev.bench.measure.Measured;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One call's socket, from the connection to the close. Only the loop that owns it may use it.
final class CallSocket implements ServerFrames.Handler {

    private static final byte[] PAYLOAD = "\"payload\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int NORMAL = 1000;
    private static final int NO_CLOSE = 1006;
    private static final byte[] EMPTY = {};

    private enum State {
        NEW,
        CONNECTING,
        UPGRADING,
        STREAMING,
        CLOSING,
        CLOSED
    }

    private final LoadPlan plan;
    private final int call;
    private final CallTally tally;
    private final String streamSid;
    private final Upgrade upgrade;
    private final MediaTemplate template;
    private final byte[] mask;
    private final ServerFrames frames = new ServerFrames();
    private final EchoLedger ledger = new EchoLedger();

    private State state = State.NEW;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    /// The beginning of something whose rest has not come.
    private byte[] kept = EMPTY;
    /// What the peer has not taken yet.
    private @Nullable ByteBuffer unsent;
    private long placedNs;
    private long firstDueNs;
    private int nextSeq;
    /// Frames that are due and have not gone.
    private int owed;
    private boolean running;
    /// Where the payload was in the message before.
    private int payloadAt;
    private long nowNs;

    CallSocket(LoadPlan plan, int call, CallTally tally, RandomGenerator random) {
        this.plan = plan;
        this.call = call;
        this.tally = tally;
        this.streamSid = "MZ-" + plan.session(call);
        this.upgrade = new Upgrade(random);
        this.template = new MediaTemplate(call, streamSid, random);
        this.mask = WebSocketFrames.mask(random);
    }

    /// @param dueNs when the call was to be placed; its set-up counts from then
    void place(Selector selector, long dueNs) {
        placedNs = dueNs;
        state = State.CONNECTING;
        tally.placed();
        try {
            SocketChannel opened = SocketChannel.open();
            channel = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = opened.connect(new InetSocketAddress(plan.host(), plan.port(call)));
            key = opened.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (connected) {
                upgrade();
            }
        } catch (IOException failure) {
            closed(NO_CLOSE);
        }
    }

    private void upgrade() throws IOException {
        state = State.UPGRADING;
        send(ByteBuffer.wrap(upgrade.request(plan.host(), plan.port(call), plan.target(call))));
    }

    /// The selector says that the socket can do something.
    ///
    /// @param in shared by all calls of the loop; large enough for anything that comes at once
    void ready(SelectionKey ready, Inlet in) {
        try {
            if (ready.isConnectable() && channel != null && channel.finishConnect()) {
                ready.interestOps(SelectionKey.OP_READ);
                upgrade();
                return;
            }
            if (ready.isReadable()) {
                read(in);
            }
            if (ready.isValid() && ready.isWritable()) {
                sendRest(ready);
            }
        } catch (IOException failure) {
            closed(NO_CLOSE);
        }
    }

    private void read(Inlet in) throws IOException {
        if (channel == null) {
            return;
        }
        ByteBuffer room = in.buffer().clear().put(kept);
        int count = channel.read(room);
        nowNs = System.nanoTime();
        if (count < 0) {
            closed(NO_CLOSE);
            return;
        }
        byte[] bytes = in.bytes();
        int to = room.position();
        int from = 0;
        if (state == State.UPGRADING) {
            int end = upgrade.responseEnd(bytes, to);
            if (end < 0) {
                kept = Arrays.copyOf(bytes, to);
                return;
            }
            from = end;
            stream();
        }
        int done = frames.read(bytes, from, to, this);
        kept = done == to ? EMPTY : Arrays.copyOfRange(bytes, done, to);
    }

    private void stream() throws IOException {
        state = State.STREAMING;
        send(text("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}"));
        send(text("{\"event\":\"start\",\"sequenceNumber\":\"1\",\"streamSid\":\"" + streamSid + "\",\"start\":{\"streamSid\":\""
                + streamSid + "\",\"callSid\":\"CA-" + plan.session(call) + "\",\"session\":\"" + plan.session(call)
                + "\",\"accountSid\":\"" + plan.domain(call)
                + "\",\"from\":\"+15550100\",\"to\":\"+15550199\",\"context\":\"inbound\",\"tracks\":[\"inbound\"],"
                + "\"mediaFormat\":{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1},"
                + "\"customParameters\":{}}}"));
    }

    private ByteBuffer text(String message) {
        return ByteBuffer.wrap(
                WebSocketFrames.masked(WebSocketFrames.TEXT, message.getBytes(StandardCharsets.US_ASCII), mask));
    }

    /// Sends what a frame that is due at `dueNs` brings with it; called every 20 ms on the call's phase.
    void tick(long dueNs, Measured measured) {
        if (state != State.STREAMING) {
            return;
        }
        if (nextSeq + owed == 0) {
            firstDueNs = dueNs;
        }
        owed++;
        if (running) {
            measured.due(dueNs);
        }
        try {
            if (unsent == null) {
                sendOwed();
                if (running) {
                    measured.lateness(dueNs, System.nanoTime());
                }
            }
        } catch (IOException failure) {
            closed(NO_CLOSE);
        }
    }

    private void sendOwed() throws IOException {
        while (owed > 0 && unsent == null) {
            ByteBuffer frame = template.frame(nextSeq);
            nextSeq++;
            owed--;
            send(frame);
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        if (channel == null || key == null) {
            return;
        }
        if (unsent != null) {
            unsent = ByteBuffer.allocate(unsent.remaining() + bytes.remaining()).put(unsent).put(bytes).flip();
            return;
        }
        channel.write(bytes);
        if (bytes.hasRemaining()) {
            unsent = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private void sendRest(SelectionKey ready) throws IOException {
        if (unsent == null || channel == null) {
            return;
        }
        channel.write(unsent);
        if (unsent.hasRemaining()) {
            return;
        }
        unsent = null;
        ready.interestOps(SelectionKey.OP_READ);
        if (state == State.STREAMING) {
            sendOwed();
        }
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
        int at = payload(bytes, offset, length);
        if (at < 0) {
            return; // not audio
        }
        int seq = MediaTemplate.number(bytes, at);
        int end = at + MediaTemplate.PAYLOAD_CHARS;
        boolean ours = end < offset + length
                && bytes[end] == '"'
                && seq >= 0
                && seq < nextSeq
                && Arrays.equals(
                        bytes, at + MediaTemplate.NUMBER_CHARS, end,
                        template.payload(), MediaTemplate.NUMBER_CHARS, MediaTemplate.PAYLOAD_CHARS);
        if (!ours) {
            tally.measured().corrupt();
            return;
        }
        if (!running) {
            running = true;
            tally.running(nowNs - placedNs);
        }
        tally.measured().received(firstDueNs + seq * LoadPlan.FRAME_NS, nowNs, ledger.arrived(seq));
    }

    private int payload(byte[] bytes, int offset, int length) {
        int last = length - MediaTemplate.PAYLOAD_CHARS;
        if (payloadAt >= PAYLOAD.length && payloadAt <= last && isPayload(bytes, offset + payloadAt)) {
            return offset + payloadAt;
        }
        for (int at = PAYLOAD.length; at <= last; at++) {
            if (isPayload(bytes, offset + at)) {
                payloadAt = at;
                return offset + at;
            }
        }
        return -1;
    }

    private static boolean isPayload(byte[] bytes, int at) {
        return Arrays.equals(bytes, at - PAYLOAD.length, at, PAYLOAD, 0, PAYLOAD.length);
    }

    @Override
    public void ping(byte[] bytes, int offset, int length) {
        answer(WebSocketFrames.PONG, Arrays.copyOfRange(bytes, offset, offset + length));
    }

    private void answer(int opcode, byte[] payload) {
        try {
            send(ByteBuffer.wrap(WebSocketFrames.masked(opcode, payload, mask)));
        } catch (IOException failure) {
            closed(NO_CLOSE);
        }
    }

    @Override
    public void closing(int code) {
        if (state != State.CLOSING) {
            answer(WebSocketFrames.CLOSE, closeBody(code == 1005 ? NORMAL : code));
        }
        closed(code);
    }

    private static byte[] closeBody(int code) {
        return new byte[] {(byte) (code >> 8), (byte) code};
    }

    /// Ends the call as a caller does who hangs up; the peer still has to answer.
    void hangUp() {
        switch (state) {
            case STREAMING -> {
                try {
                    send(text("{\"event\":\"stop\",\"streamSid\":\"" + streamSid + "\",\"stop\":{\"session\":\""
                            + plan.session(call) + "\",\"callSid\":\"CA-" + plan.session(call) + "\"}}"));
                    send(ByteBuffer.wrap(WebSocketFrames.masked(WebSocketFrames.CLOSE, closeBody(NORMAL), mask)));
                    state = State.CLOSING;
                } catch (IOException failure) {
                    closed(NO_CLOSE);
                }
            }
            case NEW, CONNECTING, UPGRADING -> closed(NO_CLOSE);
            case CLOSING, CLOSED -> {}
        }
    }

    private void closed(int code) {
        if (state == State.CLOSED) {
            return;
        }
        tally.closed(code, running, state == State.CLOSING);
        state = State.CLOSED;
        cut();
    }

    /// Closes the socket without a word.
    void cut() {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException ignored) {
            // it is gone either way
        }
    }

    boolean isRunning() {
        return running;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    long placedNs() {
        return placedNs;
    }
}
