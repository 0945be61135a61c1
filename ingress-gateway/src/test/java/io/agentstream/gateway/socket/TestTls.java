package io.agentstream.gateway.socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates that were made for a test.
final class TestTls {

    private TestTls() {}

    /// Makes `key.pem` and `certificate.pem` in the directory, and the store of both, which it returns.
    static Path pem(Path directory, String algorithm) throws Exception {
        Path store = directory.resolve("store.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process made = new ProcessBuilder(
                        keytool.toString(), "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair", "-alias", "gateway", "-keyalg", algorithm, "-dname", "CN=localhost",
                        "-ext", "san=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-keystore",
                        store.toString(), "-storepass", "changeit")
                .redirectErrorStream(true).redirectOutput(directory.resolve("keytool.log").toFile()).start();
        assertTrue(made.waitFor(60, TimeUnit.SECONDS) && made.exitValue() == 0);
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        write(directory.resolve("key.pem"), "PRIVATE KEY", keys.getKey("gateway", "changeit".toCharArray()).getEncoded());
        write(directory.resolve("certificate.pem"), "CERTIFICATE", keys.getCertificate("gateway").getEncoded());
        return store;
    }

    private static void write(Path file, String what, byte[] der) throws IOException {
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + what + "-----\n");
    }

    /// What a server needs that shows what [#pem] has made.
    static SSLContext context(Path directory) throws Exception {
        return PemTls.context(PemTls.keys(
                PemTls.read(directory.resolve("certificate.pem"), directory.resolve("key.pem"))));
    }

    /// What a client needs that trusts it.
    static SSLContext trusting(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("gateway", (X509Certificate) keys.getCertificate("gateway"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
