package io.agentstream.dev.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/// Bytes through TLS. The handshake goes on whenever something is read or written. Its work is done on the thread that asks: a
/// load's calls come one after the other, and their handshakes with them.
final class TlsWire implements Wire {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    /// From the network, to be read next; always ready to be written to.
    private final ByteBuffer in;
    /// To the network; always ready to be read from.
    private final ByteBuffer out;
    private boolean open;

    TlsWire(SocketChannel channel, SSLEngine engine) throws SSLException {
        this.channel = channel;
        this.engine = engine;
        engine.setUseClientMode(true);
        int size = engine.getSession().getPacketBufferSize();
        in = ByteBuffer.allocate(size);
        out = ByteBuffer.allocate(2 * size).flip();
        engine.beginHandshake();
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int before = to.position();
        boolean ended = channel.read(in) < 0;
        boolean progress = true;
        while (progress) {
            in.flip();
            SSLEngineResult result = engine.unwrap(in, to);
            in.compact();
            progress = switch (result.getStatus()) {
                case OK -> result.bytesConsumed() > 0 || handshakeGoesOn();
                case BUFFER_UNDERFLOW -> {
                    int more = ended ? -1 : channel.read(in);
                    ended |= more < 0;
                    yield more > 0;
                }
                case BUFFER_OVERFLOW -> false;
                case CLOSED -> {
                    ended = true;
                    yield false;
                }
            };
            handshake();
        }
        int count = to.position() - before;
        if (ended && count == 0 && !open) {
            throw new SSLHandshakeException("the server ended the connection in the handshake");
        }
        return ended && count == 0 ? -1 : count;
    }

    private boolean handshakeGoesOn() {
        return engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP && in.position() > 0;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        handshake();
        flush();
        while (open && from.hasRemaining() && !out.hasRemaining()) {
            wrap(from);
            flush();
        }
    }

    /// Does what the handshake has to do before it needs the peer again.
    private void handshake() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    wrap(NOTHING);
                    flush();
                    if (out.hasRemaining()) {
                        return;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    return;
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    open = true;
                    return;
                }
            }
        }
    }

    private void wrap(ByteBuffer from) throws IOException {
        out.compact();
        try {
            if (engine.wrap(from, out).getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new IOException("the connection is closed");
            }
        } finally {
            out.flip();
        }
    }

    private void flush() throws IOException {
        if (out.hasRemaining()) {
            channel.write(out);
        }
    }

    @Override
    public boolean isFull() {
        return out.hasRemaining();
    }

    @Override
    public boolean isOpen() {
        return open;
    }
}
