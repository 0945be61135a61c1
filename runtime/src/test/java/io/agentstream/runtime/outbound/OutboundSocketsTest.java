package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.runtime.Networks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutboundSocketsTest {

    private static final AddressGuard LOOPBACK = new AddressGuard(Networks.parse("127.0.0.0/8"), OutboundSocketsTest::loopback);

    private static InetAddress[] loopback(String name) throws UnknownHostException {
        return new InetAddress[] {InetAddress.getByAddress(name, new byte[] {127, 0, 0, 1})};
    }

    /// Accepts, says one byte, and waits for the end.
    private static ServerSocket listen(ServerSocket server) {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write('!');
                    socket.getInputStream().read();
                } catch (IOException gone) {
                    // The next one, or closed.
                }
            }
        });
        return server;
    }

    private static ServerSocket plain() throws IOException {
        return listen(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private static ServerSocket encrypted(SSLContext tls) throws IOException {
        return listen(tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    private static URI url(String scheme, String host, ServerSocket server) {
        return URI.create(scheme + "://" + host + ":" + server.getLocalPort() + "/x");
    }

    @Test
    void connectsToWhatTheGuardLetsThrough() throws IOException {
        try (ServerSocket server = plain(); Socket socket = new OutboundSockets(LOOPBACK).connect(url("ws", "any.example", server), 5_000)) {
            assertEquals('!', socket.getInputStream().read());
        }
    }

    @Test
    void connectsToNothingElse() throws IOException {
        try (ServerSocket server = plain()) {
            OutboundSockets sockets = new OutboundSockets(new AddressGuard(Networks.parse(""), OutboundSocketsTest::loopback));

            assertThrows(AddressRefusedException.class, () -> sockets.connect(url("ws", "any.example", server), 5_000));
        }
    }

    @Test
    void theNameInTheUrlIsTheOneInTheCertificate(@TempDir Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        SSLContext tls = Certificates.make(directory, "dns:right.example", 10);
        OutboundSockets sockets = new OutboundSockets(LOOPBACK, tls);
        try (ServerSocket server = encrypted(tls)) {
            try (Socket socket = sockets.connect(url("wss", "right.example", server), 10_000)) {
                assertEquals('!', socket.getInputStream().read());
            }
            assertThrows(SSLException.class, () -> sockets.connect(url("wss", "wrong.example", server), 10_000));
        }
    }

    @Test
    void whoNeverAgreesOnEncryptionIsNotWaitedFor() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            OutboundSockets sockets = new OutboundSockets(LOOPBACK);

            assertThrows(SocketTimeoutException.class, () -> sockets.connect(url("wss", "any.example", silent), 200));
        }
    }
}
