package io.agentstream.gateway.socket;

import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The gateway's certificate and key, as the files have them: looks every so often whether they were replaced, and new connections
/// then get the new ones. Files that do not hold a pair leave the pair that is served; they are said once, and tried again when they
/// change. The context is for any thread.
public final class TlsIdentity implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(TlsIdentity.class);
    private static final String PREFIX = "agent_stream_gateway_certificate_";
    private static final String KEPT = "new certificate is unusable, the old one is kept";

    private final Path certificate;
    private final Path key;
    private final long everyMs;
    private final Current current;
    private final SSLContext context;
    private final Counter taken;
    private final Counter broken;

    private final Bell wake = new Bell();
    private PemTls.Pem seen;

    private TlsIdentity(Path certificate, Path key, PemTls.Pem first, X509ExtendedKeyManager keys, Metrics metrics, Duration every)
            throws GeneralSecurityException {
        this.certificate = certificate;
        this.key = key;
        this.everyMs = every.toMillis();
        this.current = new Current(keys);
        this.context = PemTls.context(current);
        this.seen = first;
        this.taken = metrics.counter(PREFIX + "reloads", "outcome", "taken");
        this.broken = metrics.counter(PREFIX + "reloads", "outcome", "broken");
    }

    /// Reads the files.
    ///
    /// @param every how often they are looked at from then on
    /// @throws GeneralSecurityException where they do not hold a certificate and its key; says which
    public static TlsIdentity open(Path certificate, Path key, Metrics metrics, Duration every)
            throws GeneralSecurityException, IOException {
        PemTls.Pem first = PemTls.read(certificate, key);
        return new TlsIdentity(certificate, key, first, PemTls.keys(first), metrics, every);
    }

    public SSLContext context() {
        return context;
    }

    @Override
    public String role() {
        return "gateway-certificate";
    }

    @Override
    public void work() throws InterruptedException {
        if (!wake.await(everyMs)) {
            look();
        }
    }

    @Override
    public void wakeUp() {
        wake.ring();
    }

    private void look() {
        PemTls.Pem now;
        try {
            now = PemTls.read(certificate, key);
        } catch (IOException unreadable) {
            now = PemTls.Pem.missing(certificate, key);
        }
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            current.keys = PemTls.keys(now);
            taken.increment();
            log.atInfo().log("certificate was replaced");
        } catch (GeneralSecurityException | IOException wrong) {
            broken.increment();
            log.atError()
                    .addKeyValue("reason", String.valueOf(wrong.getMessage()))
                    .log(KEPT);
        } catch (RuntimeException bug) { // calls go on with what there is; its text may quote the key
            broken.increment();
            log.atError().addKeyValue("reason", Causes.ofAny(bug)).log(KEPT);
        }
    }

    /// What the TLS engine asks for each connection.
    private static final class Current extends X509ExtendedKeyManager {
        private volatile X509ExtendedKeyManager keys;

        Current(X509ExtendedKeyManager keys) {
            this.keys = keys;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            return keys.chooseEngineServerAlias(type, issuers, engine);
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
            return keys.chooseServerAlias(type, issuers, socket);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return keys.getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey(alias);
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return keys.getServerAliases(type, issuers);
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
            return null;
        }
    }
}
