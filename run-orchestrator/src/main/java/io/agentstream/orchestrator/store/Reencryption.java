package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.CallSecrets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Writes anew, with the newest key, what an older one has encrypted, so that the older one can be taken away. Some rows at a time, each
/// time in a transaction of its own, beside whatever else goes on; broken off, it is begun again. One thread; blocks.
public final class Reencryption {

    /// Rows that are locked at once.
    static final int BATCH = 200;

    /// What became of what there is.
    ///
    /// @param current the newest key had encrypted it before
    /// @param anew written anew, or to be
    /// @param foreign none of the keys opens it
    public record Counts(int current, int anew, int foreign) {

        private static final Counts NONE = new Counts(0, 0, 0);

        private Counts plus(Counts other) {
            return new Counts(current + other.current, anew + other.anew, foreign + other.foreign);
        }
    }

    private enum Fate {
        CURRENT,
        ANEW,
        FOREIGN;

        Counts count() {
            return new Counts(this == CURRENT ? 1 : 0, this == ANEW ? 1 : 0, this == FOREIGN ? 1 : 0);
        }
    }

    private final Database database;
    private final boolean isRehearsal;

    /// @param isRehearsal whether it is only counted
    public Reencryption(Database database, boolean isRehearsal) {
        this.database = database;
        this.isRehearsal = isRehearsal;
    }

    /// The batch behind a number: what became of it, and its last number; nothing where there is none.
    private interface Batch {
        Optional<Done> rewrite(Connection connection, long after) throws SQLException;
    }

    private record Done(Counts counts, long last) {}

    private Counts all(Batch batch) {
        Counts counts = Counts.NONE;
        long after = 0;
        while (true) {
            long from = after;
            Optional<Done> done = database.inTransaction(connection -> batch.rewrite(connection, from));
            if (done.isEmpty()) {
                return counts;
            }
            counts = counts.plus(done.get().counts());
            after = done.get().last();
        }
    }

    private record Token(long id, Place place, Envelope envelope) {}

    private interface TokenWriter {
        int write(Connection connection, Token token, Envelope anew) throws SQLException;
    }

    /// @param sql what there is behind a number, so many at most
    private Counts tokens(CredentialsCipher cipher, String sql, Sql.Row<Token> read, TokenWriter writer) {
        return all((connection, after) -> {
            List<Token> tokens = Sql.query(connection, sql, read, after, BATCH);
            Counts counts = Counts.NONE;
            for (Token token : tokens) {
                counts = counts.plus(
                        rewrite(cipher, token.envelope(), token.place(), anew -> writer.write(connection, token, anew)).count());
            }
            return tokens.isEmpty() ? Optional.empty() : Optional.of(new Done(counts, tokens.getLast().id()));
        });
    }

    /// The tokens of provider accounts.
    public Counts tokens(CredentialsCipher cipher) {
        return tokens(
                cipher,
                """
                select id, organization_id, provider, domain, bearer_token from telephony_configurations
                 where id > ? and bearer_token is not null order by id limit ? for no key update
                """,
                row -> new Token(
                        row.getLong("id"),
                        new Place(row.getLong("organization_id"), row.getString("provider"), row.getString("domain")),
                        Envelope.of(row.getBytes("bearer_token"))),
                (connection, token, anew) -> Sql.update(
                        connection,
                        """
                        update telephony_configurations
                           set bearer_token = ?, key_id = ?,
                               confirmed = case when confirmed = sha256(convert_to(domain, 'UTF8') || bearer_token)
                                                then sha256(convert_to(domain, 'UTF8') || ?) end
                         where id = ?
                        """,
                        anew.bytes(),
                        anew.keyId(),
                        anew.bytes(),
                        token.id()));
    }

    /// The keys of outside services.
    public Counts serviceKeys(CredentialsCipher cipher) {
        return tokens(
                cipher,
                """
                select id, organization_id, name, key from service_keys
                 where id > ? order by id limit ? for no key update
                """,
                row -> new Token(
                        row.getLong("id"),
                        Place.ofServiceKey(row.getLong("organization_id"), row.getString("name")),
                        Envelope.of(row.getBytes("key"))),
                (connection, key, anew) -> Sql.update(
                        connection,
                        "update service_keys set key = ?, key_id = ? where id = ?",
                        anew.bytes(),
                        anew.keyId(),
                        key.id()));
    }

    private record Signing(long id, Place place, Envelope current, @Nullable Envelope previous) {}

    /// The secrets that webhooks are signed with.
    public Counts webhookSecrets(CredentialsCipher cipher) {
        return all((connection, after) -> {
            List<Signing> webhooks = Sql.query(
                    connection,
                    """
                    select id, organization_id, secret, previous_secret from webhooks
                     where id > ? and secret is not null order by id limit ? for no key update
                    """,
                    row -> {
                        byte[] previous = row.getBytes("previous_secret");
                        return new Signing(
                                row.getLong("id"),
                                Place.ofWebhook(row.getLong("organization_id"), row.getLong("id")),
                                Envelope.of(row.getBytes("secret")),
                                previous == null ? null : Envelope.of(previous));
                    },
                    after,
                    BATCH);
            Counts counts = Counts.NONE;
            for (Signing webhook : webhooks) {
                counts = counts.plus(rewrite(cipher, webhook.current(), webhook.place(), anew -> Sql.update(
                                connection,
                                "update webhooks set secret = ?, key_id = ? where id = ?",
                                anew.bytes(),
                                anew.keyId(),
                                webhook.id()))
                        .count());
                if (webhook.previous() != null) {
                    counts = counts.plus(rewrite(cipher, webhook.previous(), webhook.place(), anew -> Sql.update(
                                    connection,
                                    "update webhooks set previous_secret = ?, previous_key_id = ? where id = ?",
                                    anew.bytes(),
                                    anew.keyId(),
                                    webhook.id()))
                            .count());
                }
            }
            return webhooks.isEmpty() ? Optional.empty() : Optional.of(new Done(counts, webhooks.getLast().id()));
        });
    }

    private interface Writer {
        int write(Envelope anew) throws SQLException;
    }

    private Fate rewrite(CredentialsCipher cipher, Envelope envelope, Place place, Writer writer) throws SQLException {
        return switch (cipher.open(envelope, place)) {
            case Opened.UnknownKey _, Opened.Corrupt _ -> Fate.FOREIGN;
            case Opened.Plain _ when cipher.isNewest(envelope) -> Fate.CURRENT;
            case Opened.Plain(var secret) -> {
                if (!isRehearsal) {
                    writer.write(cipher.seal(secret, place));
                }
                yield Fate.ANEW;
            }
        };
    }

    private record Kept(long runId, CallKeys keys) {}

    /// The keys of runs.
    public Counts runKeys(CallSecrets.Wrapping wrapping) {
        return all((connection, after) -> {
            List<Kept> runs = Sql.query(
                    connection,
                    """
                    select k.run_id, r.call_id, k.made_at, k.media, k.words from run_keys k join runs r on r.id = k.run_id
                     where k.run_id > ? and num_nonnulls(k.media, k.words) > 0
                     order by k.run_id limit ? for no key update of k
                    """,
                    row -> new Kept(
                            row.getLong("run_id"),
                            new CallKeys(
                                    new CallId(row.getObject("call_id", UUID.class)),
                                    Sql.instant(row, "made_at"),
                                    row.getString("media"),
                                    row.getString("words"))),
                    after,
                    BATCH);
            Counts counts = Counts.NONE;
            for (Kept run : runs) {
                counts = counts.plus(rewrap(connection, run, wrapping).count());
            }
            return runs.isEmpty() ? Optional.empty() : Optional.of(new Done(counts, runs.getLast().runId()));
        });
    }

    private Fate rewrap(Connection connection, Kept run, CallSecrets.Wrapping wrapping) throws SQLException {
        if (wrapping.isNewest(run.keys())) {
            return Fate.CURRENT;
        }
        Optional<CallSecrets> opened = wrapping.unwrap(run.keys());
        if (opened.isEmpty()) {
            return Fate.FOREIGN;
        }
        if (!isRehearsal) {
            CallKeys anew = wrapping.wrap(run.keys().callId(), run.keys().at(), opened.get());
            Sql.update(
                    connection,
                    "update run_keys set media = ?::text, words = ?::text where run_id = ?",
                    anew.media(),
                    anew.words(),
                    run.runId());
        }
        return Fate.ANEW;
    }
}
