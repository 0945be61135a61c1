package io.agentstream.gateway.socket;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Makes what TLS needs of two PEM files. Any thread.
final class PemTls {

    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final long MAX_FILE_BYTES = 1 << 20;

    private PemTls() {}

    /// The contents of the two files. Compared by them, because times of files are coarse and links hide them.
    @SuppressWarnings("ArrayRecordComponent") // compared by [#equals]
    record Pem(Path certificateFile, byte[] certificate, Path keyFile, byte[] key) {

        /// Stands for files that cannot be read.
        static Pem missing(Path certificateFile, Path keyFile) {
            return new Pem(certificateFile, new byte[0], keyFile, new byte[0]);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pem pem && Arrays.equals(certificate, pem.certificate) && Arrays.equals(key, pem.key);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(certificate);
        }

        @Override
        public String toString() {
            return "Pem[" + certificateFile + ", " + keyFile + "]";
        }
    }

    static Pem read(Path certificate, Path key) throws IOException {
        return new Pem(certificate, read(certificate), key, read(key));
    }

    /// @param pem chain, the server's own certificate first; private key, PKCS #8 and not encrypted, the certificate's own
    /// @throws GeneralSecurityException where the files are not these; says which
    static X509ExtendedKeyManager keys(Pem pem) throws GeneralSecurityException, IOException {
        Certificate[] chain = chain(pem);
        PrivateKey privateKey = key(pem, chain[0].getPublicKey().getAlgorithm());
        if (!belongTogether(privateKey, chain[0].getPublicKey())) {
            throw new GeneralSecurityException(pem.keyFile() + " does not hold the key of the certificate");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("gateway", privateKey, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        return (X509ExtendedKeyManager) keys.getKeyManagers()[0];
    }

    static SSLContext context(X509ExtendedKeyManager keys) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {keys}, null, null);
        return context;
    }

    /// The two files are replaced one after the other, so that for a moment they may not.
    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] text = "one pair".getBytes(StandardCharsets.US_ASCII);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(text);
        return signature.verify(signed);
    }

    private static Certificate[] chain(Pem pem) throws GeneralSecurityException {
        Path file = pem.certificateFile();
        Collection<? extends Certificate> chain;
        try {
            chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.certificate()));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new GeneralSecurityException(file + " does not hold certificates in PEM", e);
        }
        if (chain.isEmpty()) {
            throw new GeneralSecurityException(file + " holds no certificate");
        }
        return chain.toArray(Certificate[]::new);
    }

    private static PrivateKey key(Pem pem, String algorithm) throws GeneralSecurityException {
        Path file = pem.keyFile();
        Matcher matcher = KEY.matcher(new String(pem.key(), StandardCharsets.US_ASCII));
        if (!matcher.find()) {
            throw new GeneralSecurityException(file + " holds no key in PEM, PKCS #8 (BEGIN PRIVATE KEY)");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(1));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (IllegalArgumentException notBase64) {
            throw new GeneralSecurityException(file + " does not hold base64 between the key's BEGIN and END"); // nor its text
        } catch (GeneralSecurityException e) {
            // Not the cause's text: it may quote the key.
            throw new GeneralSecurityException(file + " does not hold an " + algorithm + " key, which the certificate needs");
        }
    }

    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file + " is too long for a PEM file");
        }
        return Files.readAllBytes(file);
    }
}
