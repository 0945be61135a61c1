package io.agentstream.dev.bench.load;

import io.agentstream.dev.bench.measure.EchoLedger;
import io.agentstream.dev.bench.measure.Measured;
import io.agentstream.dev.bench.measure.PauseWatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One call's socket, from the connection to the close. Only the loop that owns it may use it.
final class CallSocket implements ServerFrames.Handler, Dialect.Ear {

    private static final int NORMAL = 1000;
    private static final int NO_CLOSE = 1006;
    private static final byte[] EMPTY = {};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private enum State {
        NEW,
        CONNECTING,
        SECURING,
        UPGRADING,
        STREAMING,
        CLOSING,
        CLOSED
    }

    private final LoadPlan plan;
    private final int call;
    private final Tls tls;
    private final CallTally tally;
    private final Upgrade upgrade;
    private final Dialect dialect;
    private final byte[] mask;
    private final ServerFrames frames = new ServerFrames();
    private final EchoLedger ledger = new EchoLedger();
    private final PauseWatch pauses = new PauseWatch();

    private State state = State.NEW;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable Wire wire;
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
    private long nowNs;

    CallSocket(LoadPlan plan, int call, Tls tls, CallTally tally, RandomGenerator random) {
        this.plan = plan;
        this.tls = tls;
        this.call = call;
        this.tally = tally;
        this.upgrade = new Upgrade(random);
        this.dialect = switch (plan.frames()) {
            case TWILIO -> new TwilioDialect(plan, call, random);
            case MULAW_BINARY -> new BinaryDialect(plan, call, random);
        };
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
            boolean connected = opened.connect(new InetSocketAddress(plan.server().host(), plan.port(call)));
            key = opened.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (connected) {
                secure(opened);
            }
        } catch (IOException failure) {
            closed(NO_CLOSE);
        }
    }

    private void secure(SocketChannel opened) throws IOException {
        state = State.SECURING;
        wire = plan.server().secure()
                ? new TlsWire(opened, tls.engine(plan.server().host(), plan.port(call)))
                : new Wire.Plain(opened);
        wire.write(NOTHING);
        upgradeWhenOpen();
    }

    private void upgradeWhenOpen() throws IOException {
        if (wire != null && wire.isOpen()) {
            state = State.UPGRADING;
            send(ByteBuffer.wrap(upgrade.request(
                    plan.server().host(), plan.port(call), plan.target(call), plan.server().headers())));
        }
    }

    /// The selector says that the socket can do something.
    ///
    /// @param in shared by all calls of the loop; large enough for anything that comes at once
    void ready(SelectionKey ready, Inlet in) {
        try {
            if (ready.isConnectable() && channel != null && channel.finishConnect()) {
                ready.interestOps(SelectionKey.OP_READ);
                secure(channel);
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
        if (wire == null) {
            return;
        }
        ByteBuffer room = in.buffer().clear().put(kept);
        int count = wire.read(room);
        nowNs = System.nanoTime();
        if (count < 0) {
            closed(NO_CLOSE);
            return;
        }
        byte[] bytes = in.bytes();
        int to = room.position();
        int from = 0;
        if (state == State.SECURING) {
            upgradeWhenOpen();
        }
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
        for (byte[] message : dialect.greeting()) {
            send(ByteBuffer.wrap(message));
        }
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
            ByteBuffer frame = dialect.frame(nextSeq);
            nextSeq++;
            owed--;
            send(frame);
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        if (wire == null || key == null) {
            return;
        }
        if (unsent != null) {
            unsent = ByteBuffer.allocate(unsent.remaining() + bytes.remaining()).put(unsent).put(bytes).flip();
            return;
        }
        wire.write(bytes);
        if (bytes.hasRemaining() || wire.isFull()) {
            unsent = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private void sendRest(SelectionKey ready) throws IOException {
        if (unsent == null || wire == null) {
            return;
        }
        wire.write(unsent);
        if (unsent.hasRemaining() || wire.isFull()) {
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
        dialect.text(bytes, offset, length, nextSeq, this);
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
        dialect.binary(bytes, offset, length, nextSeq, this);
    }

    @Override
    public void frame(int seq) {
        if (!running) {
            running = true;
            tally.running(nowNs - placedNs);
        }
        pauses.heard(nowNs);
        tally.measured().received(firstDueNs + seq * LoadPlan.FRAME_NS, nowNs, ledger.arrived(seq));
    }

    @Override
    public void corrupt() {
        tally.measured().corrupt();
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
                    for (byte[] message : dialect.farewell()) {
                        send(ByteBuffer.wrap(message));
                    }
                    send(ByteBuffer.wrap(WebSocketFrames.masked(WebSocketFrames.CLOSE, closeBody(NORMAL), mask)));
                    state = State.CLOSING;
                } catch (IOException failure) {
                    closed(NO_CLOSE);
                }
            }
            case NEW, CONNECTING, SECURING, UPGRADING -> closed(NO_CLOSE);
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

    PauseWatch pauses() {
        return pauses;
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
