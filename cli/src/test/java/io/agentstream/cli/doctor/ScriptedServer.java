package io.agentstream.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;

/// Answers every request with the same bytes, and keeps the connection.
final class ScriptedServer implements AutoCloseable {

    private final ServerSocket server;
    private final byte[] answer;
    private final boolean closes;
    private final CountDownLatch closed = new CountDownLatch(1);

    ScriptedServer(byte[] answer, boolean closes) throws IOException {
        this(ServerSocketFactory.getDefault(), answer, closes);
    }

    ScriptedServer(ServerSocketFactory sockets, byte[] answer, boolean closes) throws IOException {
        this.server = sockets.createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        this.answer = answer;
        this.closes = closes;
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException closing) {
                    return;
                }
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            if (in.read() < 0) {
                return;
            }
            byte[] rest = new byte[8_192];
            int read = in.read(rest);
            if (read >= 0) {
                socket.getOutputStream().write(answer);
                socket.getOutputStream().flush();
            }
            if (!closes) {
                closed.await(30, TimeUnit.SECONDS);
            }
        } catch (IOException gone) {
            // The other side has seen enough.
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
    }
}
