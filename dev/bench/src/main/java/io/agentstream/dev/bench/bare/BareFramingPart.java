package io.agentstream.dev.bench.bare;

import io.agentstream.dev.bench.load.Upgrade;
import io.agentstream.dev.bench.process.Part;
import io.agentstream.gateway.websocket.FrameReader;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.gateway.websocket.Messages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The gateway's own framing on a bare selector: each text message is searched for its audio, and a message with the same audio goes
/// back. No Undertow, no Kafka, no pacing, one thread: the least that a socket of ours can cost. It believes its peer, so it is for
/// the load generator only.
public final class BareFramingPart implements Part {

    private static final Logger LOG = LoggerFactory.getLogger(BareFramingPart.class);
    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key:\\s*(\\S+)");
    private static final byte[] PAYLOAD = "\"payload\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAD =
            "{\"event\":\"media\",\"streamSid\":\"MZ\",\"media\":{\"payload\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAIL = "\"}}".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_MESSAGE_BYTES = 65_536;
    private static final int NORMAL = 1000;

    private final AtomicBoolean closing = new AtomicBoolean();
    private final Selector selector;
    private final ServerSocketChannel listener;
    private final ByteBuffer in = ByteBuffer.allocate(MAX_MESSAGE_BYTES);
    private final Thread thread;

    public BareFramingPart(JsonNode settings) throws IOException {
        selector = Selector.open();
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        thread = Thread.ofPlatform().name("bare-framing").start(this::run);
    }

    private void run() {
        try {
            while (!closing.get()) {
                selector.select(this::ready);
            }
        } catch (IOException broken) {
            LOG.error("the bare socket broke", broken);
            Runtime.getRuntime().halt(1);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel accepted = listener.accept();
                accepted.configureBlocking(false);
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                accepted.register(selector, SelectionKey.OP_READ, new Call(accepted));
            } else if (key.attachment() instanceof Call call) {
                call.read();
            }
        } catch (IOException ended) {
            key.cancel();
        }
    }

    private final class Call implements Messages {

        private final SocketChannel channel;
        private final FrameReader frames = new FrameReader(MAX_MESSAGE_BYTES);
        private boolean upgraded;

        Call(SocketChannel channel) {
            this.channel = channel;
        }

        void read() throws IOException {
            int count = channel.read(in.clear());
            if (count < 0) {
                channel.close();
            } else if (upgraded) {
                frames.feed(in.array(), 0, count, this);
            } else {
                upgrade(new String(in.array(), 0, count, StandardCharsets.ISO_8859_1));
            }
        }

        /// The generator's request comes in one piece.
        private void upgrade(String request) throws IOException {
            Matcher key = KEY.matcher(request);
            if (!key.find()) {
                throw new IOException("no WebSocket");
            }
            upgraded = true;
            send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                            + Upgrade.accept(key.group(1)) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void text(byte[] bytes, int from, int to) {
            byte[] answer = answer(bytes, from, to);
            if (answer != null) {
                send(answer);
            }
        }

        /// What does not fit is lost, and the generator says so.
        private void send(byte[] bytes) {
            try {
                channel.write(ByteBuffer.wrap(bytes));
            } catch (IOException ended) {
                LOG.debug("a peer is gone", ended);
            }
        }

        @Override
        public void ping(byte[] bytes, int from, int to) {
            send(FrameWriter.pong(bytes, from, to));
        }

        @Override
        public void other() {}

        @Override
        public void close(int code) {
            send(FrameWriter.close(NORMAL, ""));
        }

        @Override
        public void broken(Breach breach) {
            LOG.error("the generator breaks the protocol: {}", breach);
        }
    }

    static byte @Nullable [] answer(byte[] bytes, int from, int to) {
        int at = payload(bytes, from, to);
        if (at < 0) {
            return null;
        }
        int end = at;
        while (end < to && bytes[end] != '"') {
            end++;
        }
        byte[] audio = Base64.getDecoder().decode(Arrays.copyOfRange(bytes, at, end));
        byte[] text = Base64.getEncoder().encode(audio);
        int length = HEAD.length + text.length + TAIL.length;
        int head = FrameWriter.headerBytes(length);
        byte[] frame = new byte[head + length];
        FrameWriter.putText(frame, 0, length);
        System.arraycopy(HEAD, 0, frame, head, HEAD.length);
        System.arraycopy(text, 0, frame, head + HEAD.length, text.length);
        System.arraycopy(TAIL, 0, frame, head + HEAD.length + text.length, TAIL.length);
        return frame;
    }

    private static int payload(byte[] bytes, int from, int to) {
        for (int at = from; at <= to - PAYLOAD.length; at++) {
            int i = 0;
            while (i < PAYLOAD.length && bytes[at + i] == PAYLOAD[i]) {
                i++;
            }
            if (i == PAYLOAD.length) {
                return at + i;
            }
        }
        return -1;
    }

    @Override
    public Object opened() {
        return Map.of("port", listener.socket().getLocalPort());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        closing.set(true);
        selector.wakeup();
        thread.join();
        listener.close();
        selector.close();
    }
}
