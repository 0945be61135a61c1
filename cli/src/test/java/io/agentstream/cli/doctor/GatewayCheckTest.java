package io.agentstream.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.outbound.Certificates;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Most of it waits for who does not answer.
@Execution(ExecutionMode.CONCURRENT)
final class GatewayCheckTest {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

    @TempDir
    private Path directory;

    private static List<Finding> look(String url) {
        return look(url, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private static List<Finding> look(String url, SSLSocketFactory tls) {
        return new GatewayCheck(URI.create(url), true, tls, PATIENCE).look();
    }

    private static List<Finding> answered(byte[] answer) throws Exception {
        try (ScriptedServer server = new ScriptedServer(answer, false)) {
            return look("ws://localhost:" + server.port());
        }
    }

    /// The first line that says that something is wrong.
    private static String wrong(List<Finding> findings) {
        return findings.stream().filter(finding -> !finding.isOk()).findFirst().orElseThrow().line();
    }

    private static byte[] closing(int code, String reason) {
        byte[] words = reason.getBytes(StandardCharsets.UTF_8);
        return ScriptedServer.bytes(SWITCHED + (char) 0x88 + (char) (words.length + 2) + (char) (code >> 8) + (char) (code & 0xFF)
                + new String(words, StandardCharsets.ISO_8859_1));
    }

    @Test
    void isWellWhereTheGatewayRefusesAnAgentThatThereIsNot() throws Exception {
        // when
        List<Finding> findings = answered(closing(1008, "Workflow not found"));

        // then
        assertEquals(1, findings.size());
        assertTrue(findings.getFirst().isOk(), findings.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 Not Found | answers 404: the path does not come to the gateway | forward /api/v1/agent-stream/ unchanged",
                "200 OK | answers 200 with a page | forward /api/v1/agent-stream/ to the gateway there",
                "426 Upgrade Required | the proxy drops the upgrade | proxy_set_header Upgrade",
                "302 Found | a redirect, which providers do not follow | have the proxy forward",
                "403 Forbidden | wants to know who calls | let /api/v1/agent-stream/ through without a login",
                "401 Unauthorized | wants to know who calls | let /api/v1/agent-stream/ through without a login",
                "502 Bad Gateway | does not reach it | start the gateway",
                "503 Service Unavailable | does not reach it | start the gateway",
                "429 Too Many Requests | too many calls from here failed | look again in a minute",
                "400 Bad Request | does not come through as it was sent | pass on Upgrade, Connection and Host",
                "418 Teapot | answers 418 instead of an upgrade | see what stands in front",
            })
    void namesWhatTheProxyDoesWrong(String status, String says, String remedy) throws Exception {
        // when
        String line = wrong(answered(ScriptedServer.bytes("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")));

        // then
        assertTrue(line.startsWith("WRONG  gateway: ") && line.contains(says) && line.contains("To do: ") && line.contains(remedy), line);
    }

    @Test
    void namesASchemeThatIsSentElsewhere() throws Exception {
        String redirect = wrong(answered(ScriptedServer.bytes("HTTP/1.1 301 Moved\r\nLocation: https://gw.example.com/x\r\n\r\n")));
        String page = wrong(answered(ScriptedServer.bytes(
                "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nX-Why: plain HTTP request was sent to HTTPS port\r\n\r\n")));
        String alert = wrong(answered(new byte[] {0x15, 3, 1, 0, 2, 2, 70}));

        assertTrue(redirect.contains("sends callers to https") && redirect.contains("write wss://"), redirect);
        assertTrue(page.contains("TLS is spoken on this port") && page.contains("write wss://"), page);
        assertTrue(alert.contains("TLS is spoken on this port") && alert.contains("write wss://"), alert);
    }

    @Test
    void namesAProxyThatSpeaksHttp2Only() throws Exception {
        String line = wrong(answered(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100}));

        assertTrue(line.contains("speaks HTTP/2 only") && line.contains("let the proxy speak HTTP/1.1 too"), line);
    }

    @Test
    void namesWhatHappensBehindTheUpgrade() throws Exception {
        String undecided = wrong(answered(closing(1011, "Internal server error")));
        String full = wrong(answered(closing(1013, "Try again later")));
        String silent = wrong(answered(ScriptedServer.bytes(SWITCHED)));
        String foreign = wrong(answered(ScriptedServer.bytes(SWITCHED + (char) 0x81 + (char) 2 + "hi")));

        assertTrue(undecided.contains("cannot decide") && undecided.contains("start an orchestrator"), undecided);
        assertTrue(full.contains("takes no calls") && full.contains("draining, or full"), full);
        assertTrue(silent.contains("then nothing comes") && silent.contains("does not hold back"), silent);
        assertTrue(foreign.contains("as no gateway of ours does"), foreign);
    }

    @Test
    void namesWhoDoesNotAnswer() throws Exception {
        int nobody;
        try (ServerSocket taken = new ServerSocket(0)) {
            nobody = taken.getLocalPort();
        }

        String unknown = wrong(look("ws://gateway.invalid"));
        String refused = wrong(look("ws://localhost:" + nobody));
        String closed;
        try (ScriptedServer server = new ScriptedServer(new byte[0], true)) {
            closed = wrong(look("ws://localhost:" + server.port()));
        }
        String silent = wrong(answered(new byte[0]));

        assertTrue(unknown.startsWith("WRONG  dns: the name gateway.invalid is not known") && unknown.contains("make a DNS entry"), unknown);
        assertTrue(refused.contains("nobody accepts connections") && refused.contains("start the gateway"), refused);
        assertTrue(closed.contains("closes the connection without an answer") && closed.contains("write wss://"), closed);
        assertTrue(silent.contains("does not answer within 2 s"), silent);
    }

    @Test
    void saysThatNoProviderComesToLoopback() {
        String line = wrong(new GatewayCheck(
                        URI.create("ws://127.0.0.1:1"), false, (SSLSocketFactory) SSLSocketFactory.getDefault(), PATIENCE)
                .look());

        assertTrue(line.contains("no provider can come to it") && line.contains("set AGENT_STREAM_PUBLIC_GATEWAY_URL"), line);
    }

    private List<Finding> overTls(String name, int days, boolean trusted) throws Exception {
        return overTls(Certificates.make(directory, name, days), trusted);
    }

    private static List<Finding> overTls(SSLContext tls, boolean trusted) throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(tls.getServerSocketFactory(), closing(1008, "Workflow not found"), false)) {
            return look(
                    "wss://localhost:" + server.port(),
                    trusted ? tls.getSocketFactory() : (SSLSocketFactory) SSLSocketFactory.getDefault());
        }
    }

    @Test
    void looksAtTheCertificate() throws Exception {
        // when
        List<Finding> well = overTls("dns:localhost", 90, true);
        String soon = wrong(overTls("dns:localhost", 5, true));
        String other = wrong(overTls("dns:elsewhere.example", 90, true));
        String untrusted = wrong(overTls("dns:localhost", 91, false));
        String plain;
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), false)) {
            plain = wrong(look("wss://localhost:" + server.port()));
        }

        // then
        assertTrue(well.size() == 2 && well.stream().allMatch(Finding::isOk), well.toString());
        assertTrue(soon.startsWith("WRONG  tls: the certificate holds until") && soon.contains("renew it"), soon);
        assertTrue(other.contains("is for other names") && other.contains("get one for this name"), other);
        assertTrue(untrusted.contains("of nobody whom this machine trusts") && untrusted.contains("serve the whole chain"), untrusted);
        assertTrue(plain.contains("does not speak TLS"), plain);
    }

    @Test
    void namesACertificateThatHasEnded() throws Exception {
        // when
        String line = wrong(overTls(Certificates.ended(directory, "dns:localhost"), true));

        // then
        assertTrue(line.startsWith("WRONG  tls: ") && line.contains("has ended") && line.contains("renew it"), line);
    }

    @Test
    void namesAProxyWhoseTlsAgreesOnHttp2Only() throws Exception {
        // given
        SSLContext tls = Certificates.make(directory, "dns:localhost", 92);
        SSLServerSocket listening = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket(0);
        SSLParameters parameters = listening.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        listening.setSSLParameters(parameters);
        Thread.ofVirtual().start(() -> {
            try (listening; var socket = listening.accept()) {
                socket.getInputStream().read();
            } catch (java.io.IOException refused) {
                // As it should.
            }
        });

        // when
        String line = wrong(look("wss://localhost:" + listening.getLocalPort(), tls.getSocketFactory()));

        // then
        assertTrue(line.contains("speaks HTTP/2 only"), line);
    }
}
