package io.agentstream.dev.simulator.caller;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Takes what the socket hands over to the thread of its call, with the time it came.
///
/// Bounded: the socket may be at most 256 messages ahead; beyond that it is not read, and the gateway feels it.
final class Inbox implements WebSocket.Listener {

    private static final int AHEAD = 256;
    private static final int MAX_TEXT_CHARS = 1_048_576;

    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private volatile @Nullable WebSocket socket;

    sealed interface Message {

        record Text(String text, long atNanos) implements Message {}

        record Binary() implements Message {}

        record Closed(int code, String reason, long atNanos) implements Message {}
    }

    /// The next message, or null where none has come within `waitNanos`. One thread only.
    @Nullable Message next(long waitNanos) throws InterruptedException {
        Message message = messages.poll(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
        WebSocket open = socket;
        if (message instanceof Message.Text && open != null) {
            open.request(1);
        }
        return message;
    }

    @Override
    public void onOpen(WebSocket webSocket) {
        socket = webSocket;
        webSocket.request(AHEAD);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
        if (text.length() + part.length() > MAX_TEXT_CHARS) {
            messages.add(new Message.Closed(1006, "the gateway sent more than a telephone takes", System.nanoTime()));
            webSocket.abort();
            return null;
        }
        text.append(part);
        if (last) {
            messages.add(new Message.Text(text.toString(), System.nanoTime()));
            text.setLength(0);
        } else {
            webSocket.request(1);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer part, boolean last) {
        if (last) {
            messages.add(new Message.Binary());
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
        messages.add(new Message.Closed(code, reason, System.nanoTime()));
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        // The exception's text may hold the address, and the address holds the agent's secret.
        messages.add(new Message.Closed(1006, "", System.nanoTime()));
    }
}
