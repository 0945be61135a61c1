package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.WebhookSecrets;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.WebhookDeliveries;
import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.store.Webhooks;
import io.agentstream.orchestrator.store.Webhooks.Webhook;
import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.AddressGuard;
import java.net.URI;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Webhooks and what they were told. A secret is shown to whoever makes it, and never again.
final class WebhookRoutes {
    private static final String WEBHOOKS = "/api/v1/webhooks";
    private static final String WEBHOOK = WEBHOOKS + "/{id}";
    private static final Set<String> READ_ONLY = Set.of("id", "disabled_reason", "previous_secret_until", "created_at", "updated_at");
    private static final int MAX_WEBHOOKS = 20;
    private static final int MAX_URL = 2_048;

    /// How long the secret before the present one signs along.
    private static final Duration ALONG = Duration.ofHours(24);

    private final Database database;
    private final CredentialsCipher cipher;
    private final FirstLook firstLook;
    private final SecureRandom random = new SecureRandom();

    WebhookRoutes(Database database, CredentialsCipher cipher, AddressGuard guard) {
        this.database = database;
        this.cipher = cipher;
        this.firstLook = new FirstLook(guard);
    }

    List<Route> routes() {
        return List.of(
                Route.post(Access.ADMIN, WEBHOOKS, this::create),
                Route.list(Access.READ, WEBHOOKS, this::list),
                Route.get(Access.READ, WEBHOOK, this::get),
                Route.patch(Access.ADMIN, WEBHOOK, this::change),
                Route.delete(Access.ADMIN, WEBHOOK, this::delete),
                Route.list(Access.READ, WEBHOOK + "/deliveries", this::deliveries),
                Route.action(Access.ADMIN, WEBHOOKS + "/deliveries/{id}/resend", this::resend));
    }

    private Reply create(Call call) {
        Fields in = call.body();
        in.require("url");
        in.require("events");
        String url = url(in, call);
        List<String> events = events(in);
        if (in.isBad() || url == null || events == null) {
            return in.badRequest();
        }
        Secret secret = WebhookSecrets.generate(random);
        return database.inTransaction(connection -> {
            if (Webhooks.lockAndCount(connection, call.organizationId()) >= MAX_WEBHOOKS) {
                return Reply.conflict("An organisation has at most " + MAX_WEBHOOKS + " webhooks.");
            }
            long id = Webhooks.create(connection, call.organizationId(), url, events).id();
            Webhook made = Webhooks.setSecret(connection, id, cipher.seal(secret, Place.ofWebhook(call.organizationId(), id)));
            AuditLog.write(connection, call.who(), Changes.webhookCreated(made));
            return Reply.created(json(made).put("secret", secret.reveal()), WEBHOOKS + "/" + id);
        });
    }

    private Reply list(Call call) {
        return new Listing<Webhook>(Cursor.WEBHOOKS, Webhook::id, WebhookRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        Webhooks.list(connection, call.organizationId(), before, limit, taker));
    }

    private Reply get(Call call) {
        return call.id("id")
                .flatMap(id -> database.withConnection(connection -> Webhooks.find(connection, call.organizationId(), id)))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply change(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        Optional<Webhook> seen =
                database.withConnection(connection -> Webhooks.find(connection, call.organizationId(), id.get()));
        if (seen.isEmpty()) {
            return Reply.notFound();
        }
        Fields in = call.body();
        in.against(json(seen.get()), READ_ONLY);
        String url = url(in, call); // may look a name up, which no lock waits for
        List<String> events = events(in);
        Boolean enabled = in.flag("enabled");
        boolean rotate = Objects.requireNonNullElse(in.flag("rotate_secret"), false);
        if (in.isBad()) {
            return in.badRequest();
        }
        return database.inTransaction(connection -> {
            Optional<Webhook> old = Webhooks.lock(connection, call.organizationId(), id.get());
            if (old.isEmpty()) {
                return Reply.notFound();
            }
            Webhook now = Webhooks.change(
                    connection,
                    id.get(),
                    url == null ? old.get().url() : url,
                    events == null ? old.get().events() : events,
                    enabled == null ? old.get().enabled() : enabled);
            if (!now.enabled()) {
                WebhookDeliveries.giveUp(connection, id.get(), "disabled");
            }
            Secret secret = rotate ? rotate(connection, old.get()) : null;
            AuditLog.write(connection, call.who(), Changes.webhookChanged(old.get(), now, rotate));
            ObjectNode out = json(Webhooks.find(connection, call.organizationId(), id.get()).orElseThrow());
            return Reply.ok(secret == null ? out : out.put("secret", secret.reveal()));
        });
    }

    private Secret rotate(Connection connection, Webhook webhook) throws SQLException {
        Secret secret = WebhookSecrets.generate(random);
        Webhooks.rotate(
                connection, webhook.id(), cipher.seal(secret, Place.ofWebhook(webhook.organizationId(), webhook.id())), ALONG);
        return secret;
    }

    private Reply delete(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Webhook> gone = Webhooks.lock(connection, call.organizationId(), id.get());
            if (gone.isEmpty()) {
                return Reply.notFound();
            }
            Webhooks.delete(connection, call.organizationId(), id.get());
            WebhookDeliveries.giveUp(connection, id.get(), "deleted");
            AuditLog.write(connection, call.who(), Changes.webhookDeleted(gone.get()));
            return Reply.noContent();
        });
    }

    private Reply deliveries(Call call) {
        int limit = call.query().limit();
        long before = call.query().cursor(Cursor.DELIVERIES, Long.MAX_VALUE);
        String state = call.query().oneOf("state", WebhookDeliveries.STATES);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Page<Delivery> page = Page.of(limit, Cursor.DELIVERIES, Delivery::id, WebhookRoutes::json);
        return database.inTransaction(connection -> {
            Optional<Long> id = call.id("id");
            if (id.isEmpty() || Webhooks.find(connection, call.organizationId(), id.get()).isEmpty()) {
                return Reply.notFound();
            }
            WebhookDeliveries.list(connection, id.get(), state, before, limit + 1, page);
            return page.reply();
        });
    }

    private Reply resend(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Delivery> old = WebhookDeliveries.lock(connection, call.organizationId(), id.get());
            if (old.isEmpty()) {
                return Reply.notFound();
            }
            Optional<Webhook> webhook = Webhooks.find(connection, call.organizationId(), old.get().webhookId());
            if (webhook.isEmpty() || !webhook.get().enabled()) {
                return Reply.conflict("The webhook is not enabled.");
            }
            Delivery now = WebhookDeliveries.again(connection, id.get());
            AuditLog.write(connection, call.who(), Changes.deliveryResent(call.organizationId(), old.get()));
            return Reply.ok(json(now));
        });
    }

    private @Nullable String url(Fields in, Call call) {
        String url = in.text("url", MAX_URL);
        if (url == null) {
            return null;
        }
        Optional<String> problem = AddressGuard.problem(url);
        if (problem.isEmpty() && firstLook.isRefused(URI.create(url).getHost(), call.organizationId())) {
            problem = Optional.of("leads to an address that webhooks may not reach");
        }
        problem.ifPresent(what -> in.error("url", what));
        return problem.isPresent() ? null : url;
    }

    private static @Nullable List<String> events(Fields in) {
        List<String> events = in.texts("events", Webhooks.EVENTS);
        return events == null ? null : Webhooks.EVENTS.stream().filter(events::contains).toList();
    }

    private static ObjectNode json(Webhook webhook) {
        ObjectNode out = Json.object();
        out.put("id", webhook.id());
        out.put("url", webhook.url());
        webhook.events().forEach(out.putArray("events")::add);
        out.put("enabled", webhook.enabled());
        out.put("disabled_reason", webhook.disabledReason());
        out.put("previous_secret_until", Json.time(webhook.secrets().previousUntil()));
        out.put("created_at", Json.time(webhook.createdAt()));
        out.put("updated_at", Json.time(webhook.updatedAt()));
        return out;
    }

    private static ObjectNode json(Delivery delivery) {
        ObjectNode out = Json.object();
        out.put("id", delivery.id());
        out.put("webhook_id", delivery.webhookId());
        out.put("run_id", delivery.runId());
        out.put("event", delivery.event());
        out.put("message_id", delivery.messageName());
        out.put("state", delivery.state());
        out.put("attempts", delivery.attempts());
        out.put("next_at", Json.time(delivery.nextAt()));
        out.put("last_attempt_at", Json.time(delivery.lastAttemptAt()));
        out.put("last_status", delivery.lastStatus());
        out.put("last_error", delivery.lastError());
        out.put("created_at", Json.time(delivery.createdAt()));
        out.put("done_at", Json.time(delivery.doneAt()));
        return out;
    }
}
