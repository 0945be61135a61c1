package io.agentstream.runtime.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates made by the JDK's own tool, and whom trusting them, or their authority, makes one trust.
public final class Certificates {

    private static final String PASSWORD = "changeit";

    private Certificates() {}

    /// @param name as `dns:localhost`
    public static SSLContext make(Path directory, String name, int days)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve(name.replace(':', '-') + days + ".p12");
        keytool(store, "-alias", "a", "-dname", "CN=test", "-ext", "san=" + name, "-validity", Integer.toString(days));
        return context(store, "a");
    }

    /// One that ended days ago, of an authority that is trusted and has not.
    ///
    /// @param name as `dns:localhost`
    public static SSLContext ended(Path directory, String name) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve(name.replace(':', '-') + "-ended.p12");
        keytool(store, "-alias", "authority", "-dname", "CN=authority", "-ext", "bc=ca:true", "-startdate", "-20d", "-validity", "90");
        keytool(
                store, "-alias", "a", "-dname", "CN=test", "-ext", "san=" + name, "-startdate", "-10d", "-validity", "5", "-signer", "authority",
                "-signerkeypass", PASSWORD);
        return context(store, "authority");
    }

    private static void keytool(Path store, String... about) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12",
                "-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(about));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool made no certificate: " + said);
        }
    }

    /// Of a server that is `a`, and of clients that trust `authority`.
    private static SSLContext context(Path store, String authority) throws IOException, GeneralSecurityException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, PASSWORD.toCharArray());
        }
        KeyStore server = KeyStore.getInstance("PKCS12");
        server.load(null, null);
        server.setKeyEntry("a", all.getKey("a", PASSWORD.toCharArray()), PASSWORD.toCharArray(), all.getCertificateChain("a"));
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(server, PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", all.getCertificate(authority));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
