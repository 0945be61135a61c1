package io.agentstream.dev.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoadThroughTlsTest {

    private static final int CALLS = 4;
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final CountDownLatch heard = new CountDownLatch(CALLS * 20);
    private Undertow server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = Undertow.builder()
                .addHttpsListener(0, "127.0.0.1", context(directory))
                .setIoThreads(1)
                .setWorkerThreads(1)
                .setHandler(Handlers.websocket((exchange, channel) -> {
                    channel.getReceiveSetter().set(new AbstractReceiveListener() {
                        @Override
                        protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                            heard.countDown();
                            WebSockets.sendText(message.getData(), from, null);
                        }
                    });
                    channel.resumeReceives();
                }))
                .build();
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    /// A certificate that this server made for itself.
    private static SSLContext context(Path directory) throws Exception {
        Path store = directory.resolve("store.p12");
        Process made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair", "-alias", "server",
                        "-keyalg", "EC", "-dname", "CN=localhost", "-validity", "2", "-storetype", "PKCS12", "-keystore",
                        store.toString(), "-storepass", new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertTrue(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(store.toFile(), PASSWORD), PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private LoadPlan plan(boolean anyCertificate) {
        int port = ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
        return LoadPlan.echo(
                new LoadPlan.Server(true, anyCertificate, "127.0.0.1", List.of(port), "/", List.of("X-Test: yes")),
                List.of("a.example"), "tls", CALLS, 100, 1, 1_000);
    }

    @Test
    void everyFrameComesBackThroughTls() throws Exception {
        try (LoadGenerator generator = new LoadGenerator(plan(true), 1)) {
            CallCounts placed = generator.place();
            generator.begin();
            assertTrue(heard.await(20, TimeUnit.SECONDS));

            LoadGenerator.Result result = generator.end();

            assertEquals(CALLS, placed.answered());
            assertTrue(result.frames().sent() > 0, result.toString());
            assertEquals(List.of(result.frames().sent(), 0L), List.of(result.frames().received(), result.frames().corrupt()));
            assertEquals(Map.of(1000, CALLS), generator.hangUp().closeCodes());
        }
    }

    @Test
    void aServerThatCannotProveWhoItIsGetsNoCall() throws Exception {
        try (LoadGenerator generator = new LoadGenerator(plan(false), 1)) {

            CallCounts placed = generator.place();

            assertEquals(CALLS, placed.refused());
            assertEquals(CALLS * 20, heard.getCount());
        }
    }
}
