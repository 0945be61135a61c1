package io.agentstream.orchestrator.webhook;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.orchestrator.secret.WebhookSecrets;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.DueDeliveries;
import io.agentstream.orchestrator.store.DueDeliveries.Due;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.orchestrator.store.Webhooks;
import io.agentstream.orchestrator.store.Webhooks.Webhook;
import io.agentstream.orchestrator.store.Who;
import io.agentstream.orchestrator.webhook.Messages.Message;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.outbound.Answer;
import io.agentstream.runtime.outbound.OutboundHttp;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One attempt to deliver, and what follows from it. Any thread; blocks on the database and the receiver.
final class Attempts {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    /// How long a receiver may take; the specification asks for 15 to 30 s.
    static final Duration LIMIT = Duration.ofSeconds(15);

    private static final Duration NOT_YET = Duration.ofMillis(300);
    private static final int GONE = 410;

    private final Database database;
    private final CredentialsCipher cipher;
    private final OutboundHttp http;
    private final InstantSource clock;
    private final Messages messages;

    Attempts(Database database, CredentialsCipher cipher, OutboundHttp http, RunShape shape, InstantSource clock) {
        this.database = database;
        this.cipher = cipher;
        this.http = http;
        this.clock = clock;
        this.messages = new Messages(database, shape);
    }

    /// What became of an attempt, for counters.
    enum Outcome {
        DELIVERED,
        /// It will be tried again.
        FAILED,
        /// It will not.
        DEAD,
        /// It was not time yet, and does not count.
        PUT_OFF
    }

    /// One that can be made or sent by nobody fails as one that did not arrive, is tried again, because a later version may be able to,
    /// and is dead in the end.
    ///
    /// @throws DatabaseException where the database is away: what became of it is not known, and it is tried again
    Outcome deliver(Due due) {
        try {
            return attempt(due);
        } catch (DatabaseException failure) {
            if (failure.isTransient()) {
                throw failure;
            }
            return unusable(due, failure);
        } catch (RuntimeException | StackOverflowError failure) {
            return unusable(due, failure);
        }
    }

    private Outcome unusable(Due due, Throwable failure) {
        log.atError()
                .addKeyValue("delivery", due.delivery().id())
                .addKeyValue("failure", Causes.ofAny(failure))
                .log("a delivery cannot be made or sent");
        return failed(due, null, "unusable", Pauses.after(due.delivery().attempts(), null, clock.instant(), random()));
    }

    private Outcome attempt(Due due) {
        return switch (messages.of(due)) {
            case Message.NotYet() -> {
                database.withConnection(connection -> {
                    DueDeliveries.putOff(connection, due.delivery(), NOT_YET);
                    return true;
                });
                yield Outcome.PUT_OFF;
            }
            case Message.Gone() -> failed(due, null, "run_gone", Optional.empty());
            case Message.Ready(String body) -> send(due, body);
        };
    }

    private Outcome send(Due due, String body) {
        Instant now = clock.instant();
        String id = due.delivery().messageName();
        List<String> signatures = signatures(due, id, now, body);
        if (signatures.isEmpty()) {
            return failed(due, null, "secret_unreadable", Pauses.after(due.delivery().attempts(), null, now, random()));
        }
        Answer answer = http.send(new OutboundHttp.Request(
                "POST",
                URI.create(due.url()),
                Map.of(
                        "Content-Type", "application/json",
                        "User-Agent", "agent-stream-webhooks",
                        "webhook-id", id,
                        "webhook-timestamp", Long.toString(now.getEpochSecond()),
                        "webhook-signature", String.join(" ", signatures)),
                body,
                LIMIT));
        return switch (answer) {
            case Answer.Unanswered(Answer.Trouble trouble) ->
                failed(due, null, trouble.text(), Pauses.after(due.delivery().attempts(), null, now, random()));
            case Answer.Answered answered when answered.isSuccess() -> {
                database.withConnection(connection -> {
                    DueDeliveries.delivered(connection, due.delivery(), answered.status());
                    return true;
                });
                yield Outcome.DELIVERED;
            }
            case Answer.Answered answered when answered.status() == GONE -> gone(due, now);
            case Answer.Answered answered -> failed(
                    due, answered.status(), null,
                    Pauses.after(due.delivery().attempts(), answered.retryAfter(), now, random()));
        };
    }

    /// The receiver wants nothing any more: neither this nor anything else that waits for it. Where the webhook leads elsewhere by now,
    /// it was the receiver before, and only this failed. The webhook's row is locked before its deliveries', as by all others: of two
    /// attempts that hear it at once, each would wait for what the other holds.
    private Outcome gone(Due due, Instant now) {
        long webhook = due.delivery().webhookId();
        Optional<Duration> pause = Pauses.after(due.delivery().attempts(), null, now, random());
        return database.inTransaction(connection -> {
            Optional<Webhook> known = Webhooks.lock(connection, due.organizationId(), webhook);
            boolean elsewhere = known.isPresent() && !known.get().url().equals(due.url());
            DueDeliveries.failed(connection, due.delivery(), GONE, null, elsewhere ? pause.orElse(null) : null);
            if (elsewhere) {
                return pause.isPresent() ? Outcome.FAILED : Outcome.DEAD;
            }
            Webhooks.disable(connection, webhook, "gone");
            WebhookDeliveries.giveUp(connection, webhook, "disabled");
            Optional<Webhook> disabled = Webhooks.find(connection, due.organizationId(), webhook);
            if (known.isPresent() && disabled.isPresent()) {
                AuditLog.write(connection, new Who.Service(), Changes.webhookChanged(known.get(), disabled.get(), false));
            }
            return Outcome.DEAD;
        });
    }

    private Outcome failed(Due due, @Nullable Integer status, @Nullable String error, Optional<Duration> pause) {
        database.withConnection(connection -> {
            DueDeliveries.failed(connection, due.delivery(), status, error, pause.orElse(null));
            return true;
        });
        return pause.isPresent() ? Outcome.FAILED : Outcome.DEAD;
    }

    /// With each secret that is in force; none where the present one cannot be opened.
    private List<String> signatures(Due due, String id, Instant now, String body) {
        List<String> signatures = new ArrayList<>();
        Instant until = due.secrets().previousUntil();
        boolean both = until != null && now.isBefore(until);
        List<@Nullable Envelope> envelopes = new ArrayList<>();
        envelopes.add(due.secrets().current());
        envelopes.add(both ? due.secrets().previous() : null);
        Place place = Place.ofWebhook(due.organizationId(), due.delivery().webhookId());
        for (Envelope envelope : envelopes) {
            if (envelope != null && cipher.open(envelope, place) instanceof Opened.Plain(var secret)) {
                signatures.add(WebhookSecrets.sign(secret, id, now.getEpochSecond(), body));
            }
        }
        return signatures;
    }

    private static double random() {
        return ThreadLocalRandom.current().nextDouble();
    }
}
