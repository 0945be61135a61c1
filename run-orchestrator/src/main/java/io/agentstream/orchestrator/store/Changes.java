package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.store.AgentVersions.AgentVersion;
import io.agentstream.orchestrator.store.Agents.Agent;
import io.agentstream.orchestrator.store.AuditLog.Change;
import io.agentstream.orchestrator.store.DeadOrders.DeadOrder;
import io.agentstream.orchestrator.store.Erasures.Erasure;
import io.agentstream.orchestrator.store.Organizations.Organization;
import io.agentstream.orchestrator.store.TelephonyConfigurations.TelephonyConfiguration;
import io.agentstream.orchestrator.store.UserKeys.UserKey;
import io.agentstream.orchestrator.store.Users.User;
import io.agentstream.orchestrator.store.WebhookDeliveries.Delivery;
import io.agentstream.orchestrator.store.Webhooks.Webhook;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// The changes that the audit log knows, and the one place where is decided what is left out there: tokens, keys, the UUIDs of
/// agents, and what definitions and variables say, of which a digest tells whether they are what somebody has in hand. Any thread.
public final class Changes {
    private static final String ORGANIZATION = "organization";
    private static final String USER = "user";
    private static final String KEY = "api_key";
    private static final String CONFIGURATION = "telephony_configuration";
    private static final String AGENT = "agent";
    private static final String SERVICE_KEY = "service_key";
    private static final String WEBHOOK = "webhook";

    private Changes() {}

    public static Change organizationCreated(Organization made) {
        return Change.of(made.id(), "organization.created", ORGANIZATION, made.id(), null, view(made));
    }

    public static Change organizationChanged(Organization before, Organization after) {
        return Change.between(
                after.id(), "organization.changed", ORGANIZATION, after.id(), view(before), view(after));
    }

    public static Change userCreated(User made) {
        return Change.of(made.organizationId(), "user.created", USER, made.id(), null, object().put("email", made.email()));
    }

    public static Change keyCreated(long organizationId, UserKey made) {
        return Change.of(organizationId, "api_key.created", KEY, made.id(), null, view(made));
    }

    public static Change keyRevoked(long organizationId, UserKey gone) {
        return Change.of(organizationId, "api_key.revoked", KEY, gone.id(), view(gone), null);
    }

    public static Change creditsGranted(Ledger.Entry made) {
        ObjectNode view = object()
                .put("user_id", made.userId())
                .put("amount", text(made.amount()))
                .put("reference", made.reference());
        return Change.of(made.organizationId(), "credits.granted", "ledger_entry", made.id(), null, view);
    }

    public static Change billingChanged(User before, User after) {
        return Change.between(
                after.organizationId(), "user.changed", USER, after.id(), billing(before), billing(after));
    }

    private static ObjectNode billing(User user) {
        return object().put("billing", user.credits() == null ? "unlimited" : "prepaid");
    }

    public static Change configurationCreated(TelephonyConfiguration made) {
        return Change.of(
                made.organizationId(), "telephony_configuration.created", CONFIGURATION, made.id(), null, view(made));
    }

    /// @param newToken whether a token was given with it
    public static Change configurationChanged(
            TelephonyConfiguration before, TelephonyConfiguration after, boolean newToken) {
        ObjectNode now = newToken ? view(after).put("bearer_token", "given anew") : view(after);
        return Change.between(
                after.organizationId(), "telephony_configuration.changed", CONFIGURATION, after.id(), view(before), now);
    }

    public static Change configurationDeleted(TelephonyConfiguration gone) {
        return Change.of(
                gone.organizationId(), "telephony_configuration.deleted", CONFIGURATION, gone.id(), view(gone), null);
    }

    public static Change serviceKeyStored(ServiceKeys.Put stored) {
        String name = stored.key().name();
        return stored.isNew()
                ? new Change(stored.key().organizationId(), "service_key.created", SERVICE_KEY, name, null, object().put("name", name))
                : new Change(
                        stored.key().organizationId(), "service_key.changed", SERVICE_KEY, name, object(), object().put("key", "given anew"));
    }

    public static Change serviceKeyDeleted(long organizationId, String name) {
        return new Change(organizationId, "service_key.deleted", SERVICE_KEY, name, object().put("name", name), null);
    }

    public static Change webhookCreated(Webhook made) {
        return Change.of(made.organizationId(), "webhook.created", WEBHOOK, made.id(), null, view(made));
    }

    /// @param newSecret whether its secret was changed with it
    public static Change webhookChanged(Webhook before, Webhook after, boolean newSecret) {
        ObjectNode now = newSecret ? view(after).put("secret", "made anew") : view(after);
        return Change.between(after.organizationId(), "webhook.changed", WEBHOOK, after.id(), view(before), now);
    }

    public static Change webhookDeleted(Webhook gone) {
        return Change.of(gone.organizationId(), "webhook.deleted", WEBHOOK, gone.id(), view(gone), null);
    }

    public static Change deliveryResent(long organizationId, Delivery delivery) {
        return Change.of(
                organizationId, "webhook_delivery.resent", "webhook_delivery", delivery.id(), null,
                object().put("webhook_id", delivery.webhookId()).put("run_id", delivery.runId()).put("event", delivery.event()));
    }

    public static Change deadLetterResent(DeadOrder dead) {
        return Change.of(
                dead.organizationId(), "dead_letter.resent", "dead_letter", dead.id(), null,
                object().put("kind", dead.kind()).put("run_id", dead.runId()));
    }

    /// Without the number: the log outlives what is erased.
    public static Change erasureOrdered(Erasure ordered) {
        return Change.of(
                ordered.organizationId(), "erasure.ordered", "erasure", ordered.id(), null,
                object().put("by", ordered.byNumber() ? "caller_number" : "run_id").put("run_id", ordered.runId()));
    }

    public static Change agentCreated(Agent made) {
        return Change.of(made.organizationId(), "agent.created", AGENT, made.id(), null, view(made));
    }

    public static Change agentChanged(Agent before, Agent after) {
        return Change.between(after.organizationId(), "agent.changed", AGENT, after.id(), view(before), view(after));
    }

    public static Change agentPublished(Agent before, Agent after) {
        return Change.between(after.organizationId(), "agent.published", AGENT, after.id(), view(before), view(after));
    }

    public static Change agentArchived(Agent gone) {
        return Change.of(gone.organizationId(), "agent.archived", AGENT, gone.id(), view(gone), null);
    }

    public static Change agentVersionDeleted(long organizationId, long agentId, AgentVersion gone) {
        ObjectNode view = object().put("version", gone.number()).put("definition", digest(gone.definition()));
        return Change.of(organizationId, "agent_version.deleted", AGENT, agentId, view, null);
    }

    private static ObjectNode view(Organization organization) {
        ObjectNode out = object().put("name", organization.name());
        out.put("max_concurrent_calls", organization.limits().maxConcurrentCalls());
        out.put("admissions_per_second", organization.limits().admissionsPerSecond());
        out.put("price_per_minute", text(organization.limits().pricePerMinute()));
        out.put("suspended", organization.limits().suspended());
        out.put("media_hours", organization.retention().mediaHours());
        out.put("transcript_days", organization.retention().transcriptDays());
        out.put("run_days", organization.retention().runDays());
        return out;
    }

    private static ObjectNode view(UserKey key) {
        return object().put("user_id", key.userId()).put("name", key.name()).put("scope", key.scope().text());
    }

    private static ObjectNode view(TelephonyConfiguration configuration) {
        return object()
                .put("name", configuration.name())
                .put("provider", configuration.provider())
                .put("domain", configuration.domain())
                .put("has_token", configuration.bearerTokenHint() != null);
    }

    /// Of the URL only where it leads: paths of receivers hold secrets.
    private static ObjectNode view(Webhook webhook) {
        URI url = URI.create(webhook.url());
        ObjectNode out = object()
                .put("host", url.getScheme() + "://" + url.getRawAuthority())
                .put("url", digest(StringNode.valueOf(webhook.url())))
                .put("enabled", webhook.enabled())
                .put("disabled_reason", webhook.disabledReason());
        webhook.events().forEach(out.putArray("events")::add);
        return out;
    }

    private static ObjectNode view(Agent agent) {
        return object()
                .put("name", agent.name())
                .put("draft_version", agent.draftVersion())
                .put("published_version", agent.publishedVersion())
                .put("definition", digest(agent.definition()))
                .put("template_context_variables", digest(agent.templateContextVariables()));
    }

    /// SHA-256 of `json` as this service writes it.
    private static String digest(JsonNode json) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(json.toString().getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static @Nullable String text(@Nullable BigDecimal amount) {
        return amount == null ? null : amount.stripTrailingZeros().toPlainString();
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
