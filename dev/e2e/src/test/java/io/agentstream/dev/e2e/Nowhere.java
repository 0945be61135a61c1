package io.agentstream.dev.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// A door that refuses whoever knocks, a quarter of a second later, as gateway and API refuse those who come too often. What a flood against it
/// costs this machine is what it costs to make a flood and to refuse it, with as little as that takes.
final class Nowhere {

    private static final byte[] REFUSAL =
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long PAUSE_MS = 250;
    private static final int BACKLOG = 1_000;

    private final ServerSocket door;

    Nowhere() throws IOException {
        door = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::open);
    }

    int port() {
        return door.getLocalPort();
    }

    private void open() {
        while (true) {
            try {
                Socket socket = door.accept();
                Thread.ofVirtual().start(() -> refuse(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void refuse(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (isRequest(in)) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                socket.getOutputStream().write(REFUSAL);
            }
        } catch (IOException gone) {
            // as all here
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Reads one, to the empty line behind its headers; there are no bodies.
    private static boolean isRequest(InputStream in) throws IOException {
        int line = 0;
        for (int read = in.read(); read >= 0; read = in.read()) {
            if (read == '\n') {
                if (line == 0) {
                    return true;
                }
                line = 0;
            } else if (read != '\r') {
                line++;
            }
        }
        return false;
    }
}
