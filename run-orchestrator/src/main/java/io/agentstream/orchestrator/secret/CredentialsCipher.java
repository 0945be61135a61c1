package io.agentstream.orchestrator.secret;

import io.agentstream.runtime.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts provider credentials, secrets of webhooks and keys of services at rest with AES-256-GCM. Seals with the first key, opens with whichever of its keys made
/// the envelope, so that keys can be changed without a day on which nothing opens. Any thread.
///
/// The envelope's header and its [Place] are authenticated with it: an envelope moved to another row does not open.
public final class CredentialsCipher {
    private static final int KEY_BYTES = 32;

    private final List<Key> keys;
    private final SecureRandom random;

    private record Key(String id, SecretKey key) {}

    /// The row a credential belongs to.
    public record Place(long organizationId, String provider, String domain) {

        /// That of a webhook's secret; no provider has this name.
        public static Place ofWebhook(long organizationId, long webhookId) {
            return new Place(organizationId, "webhook", Long.toString(webhookId));
        }

        /// That of a key of an outside service; no provider has this name.
        public static Place ofServiceKey(long organizationId, String name) {
            return new Place(organizationId, "service_key", name);
        }

        private byte[] bytes() {
            return ("telephony|" + organizationId + "|" + provider + "|" + domain).getBytes(StandardCharsets.UTF_8);
        }
    }

    /// What became of opening an envelope.
    public sealed interface Opened {
        record Plain(Secret secret) implements Opened {}

        /// Made with a key we do not have; `keyId` in hex.
        record UnknownKey(String keyId) implements Opened {}

        /// Cut, changed, or moved from another row.
        record Corrupt() implements Opened {}
    }

    private CredentialsCipher(List<Key> keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /// A cipher with the current key and the older ones, each 32 bytes in base64; nothing where one of them is not.
    public static Optional<CredentialsCipher> of(SecureRandom random, Secret current, Secret... older) {
        List<Secret> texts = new ArrayList<>(List.of(older));
        texts.addFirst(current);
        List<Key> keys = new ArrayList<>();
        for (Secret text : texts) {
            byte[] bytes;
            try {
                bytes = Base64.getDecoder().decode(text.reveal().strip());
            } catch (IllegalArgumentException notBase64) {
                return Optional.empty();
            }
            if (bytes.length != KEY_BYTES) {
                return Optional.empty();
            }
            keys.add(new Key(HexFormat.of().formatHex(idOf(bytes)), new SecretKeySpec(bytes, "AES")));
        }
        return Optional.of(new CredentialsCipher(List.copyOf(keys), random));
    }

    /// A new key, in the form that [#of] reads.
    public static Secret generateKey(SecureRandom random) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return new Secret(Base64.getEncoder().encodeToString(key));
    }

    public Envelope seal(Secret secret, Place place) {
        Key key = keys.getFirst();
        byte[] nonce = new byte[Envelope.NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] header = ByteBuffer.allocate(Envelope.HEADER_BYTES)
                .put(Envelope.VERSION)
                .put(HexFormat.of().parseHex(key.id()))
                .put(nonce)
                .array();
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, header, place)
                    .doFinal(secret.reveal().getBytes(StandardCharsets.UTF_8));
            return Envelope.of(ByteBuffer.allocate(header.length + sealed.length)
                    .put(header)
                    .put(sealed)
                    .array());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM cannot encrypt", impossible);
        }
    }

    /// Whether the key that seals now made it.
    public boolean isNewest(Envelope envelope) {
        return keys.getFirst().id().equals(envelope.keyId());
    }

    public Opened open(Envelope envelope, Place place) {
        if (!envelope.isComplete()) {
            return new Opened.Corrupt();
        }
        for (Key key : keys) {
            if (key.id().equals(envelope.keyId())) {
                return open(envelope, place, key);
            }
        }
        return new Opened.UnknownKey(envelope.keyId());
    }

    private static Opened open(Envelope envelope, Place place, Key key) {
        try {
            byte[] plain = cipher(Cipher.DECRYPT_MODE, key, envelope.nonce(), envelope.header(), place)
                    .doFinal(envelope.sealed());
            return new Opened.Plain(new Secret(new String(plain, StandardCharsets.UTF_8)));
        } catch (AEADBadTagException changed) {
            return new Opened.Corrupt();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM cannot decrypt", impossible);
        }
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, byte[] header, Place place)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.key(), new GCMParameterSpec(Envelope.TAG_BYTES * 8, nonce));
        cipher.updateAAD(header);
        cipher.updateAAD(place.bytes());
        return cipher;
    }

    private static byte[] idOf(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("agent-stream key id".getBytes(StandardCharsets.UTF_8));
            byte[] id = new byte[Envelope.KEY_ID_BYTES];
            System.arraycopy(digest.digest(key), 0, id, 0, id.length);
            return id;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
