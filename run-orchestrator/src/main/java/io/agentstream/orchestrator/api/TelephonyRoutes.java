package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.StoredToken;
import io.agentstream.orchestrator.store.TelephonyConfigurations.TelephonyConfiguration;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.DomainName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Provider accounts. A token goes in and is sealed; nothing here ever opens one.
final class TelephonyRoutes {
    private static final String CONFIGURATIONS = "/api/v1/telephony-configurations";
    private static final String CONFIGURATION = CONFIGURATIONS + "/{id}";
    private static final Set<String> READ_ONLY = Set.of("id", "provider", "created_at", "updated_at");
    private static final int MAX_NAME = 200;
    static final int MAX_LIVE = 200;

    /// Of those that are deleted something stays for their runs.
    static final int MAX_EVER = 10_000;
    private static final String MASK = "********";
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,4096}");

    private final Database database;
    private final CredentialsCipher cipher;

    TelephonyRoutes(Database database, CredentialsCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    List<Route> routes() {
        return List.of(
                Route.post(Access.WRITE, CONFIGURATIONS, this::create),
                Route.list(Access.READ, CONFIGURATIONS, this::list),
                Route.get(Access.READ, CONFIGURATION, this::get),
                Route.patch(Access.WRITE, CONFIGURATION, this::change),
                Route.delete(Access.WRITE, CONFIGURATION, this::delete));
    }

    private Reply create(Call call) {
        Fields in = call.body();
        String name = in.requiredText("name", MAX_NAME);
        String provider = provider(in);
        in.require("credentials");
        Fields credentials = in.nested("credentials");
        DomainName domain = null;
        Secret token = null;
        if (credentials != null) {
            credentials.requiredText("domain_id", 1000);
            domain = domain(credentials);
            token = token(credentials, null);
            credentials.refuseOthers();
        }
        if (in.isBad() || domain == null) {
            return in.badRequest();
        }
        DomainName at = domain;
        StoredToken stored = sealed(token, call, provider, at);
        return unlessTaken(() -> database.inTransaction(connection -> {
            TelephonyConfigurations.Count there = TelephonyConfigurations.lockAndCount(connection, call.organizationId());
            if (there.live() >= MAX_LIVE) {
                return Reply.conflict("An organisation has at most " + MAX_LIVE + " telephony configurations.");
            }
            if (there.ever() >= MAX_EVER) {
                return Reply.conflict("An organisation makes at most " + MAX_EVER + " telephony configurations, those included that are deleted.");
            }
            TelephonyConfiguration made = TelephonyConfigurations.create(
                    connection, call.organizationId(), name, provider, at, stored);
            AuditLog.write(connection, call.who(), Changes.configurationCreated(made));
            return Reply.created(json(made), CONFIGURATIONS + "/" + made.id());
        }));
    }

    private Reply list(Call call) {
        return new Listing<TelephonyConfiguration>(Cursor.CONFIGURATIONS, TelephonyConfiguration::id, TelephonyRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        TelephonyConfigurations.list(connection, call.organizationId(), before, limit, taker));
    }

    private Reply get(Call call) {
        return call.id("id")
                .flatMap(id -> database.withConnection(
                        connection -> TelephonyConfigurations.find(connection, call.organizationId(), id)))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply change(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return unlessTaken(() -> database.inTransaction(connection -> {
            Optional<TelephonyConfiguration> old =
                    TelephonyConfigurations.lock(connection, call.organizationId(), id.get());
            return old.isEmpty() ? Reply.notFound() : change(connection, call, old.get());
        }));
    }

    private Reply change(Connection connection, Call call, TelephonyConfiguration old) throws SQLException {
        Fields in = call.body();
        in.against(json(old), READ_ONLY);
        if (in.isEmpty() && !in.isBad()) {
            return Reply.ok(json(old));
        }
        String name = in.text("name", MAX_NAME);
        Fields credentials = in.nested("credentials");
        DomainName domain = new DomainName(old.domain());
        Secret token = null;
        boolean keepsToken = true;
        if (credentials != null) {
            credentials.text("domain_id", 1000);
            DomainName changed = domain(credentials);
            domain = changed == null ? domain : changed;
            token = token(credentials, old.bearerTokenHint());
            keepsToken = token == null && !credentials.isNull("bearer_token");
            if (keepsToken && old.bearerTokenHint() != null && !domain.value().equals(old.domain())) {
                // The stored token is sealed for the old domain, and no good at the new one.
                credentials.error("bearer_token", "must be given anew (or null) with another domain_id");
            }
            credentials.refuseOthers();
        }
        if (in.isBad()) {
            return in.badRequest();
        }
        if (!domain.value().equals(old.domain()) || (!keepsToken && token == null)) {
            TelephonyConfigurations.retire(connection, old.id());
        }
        TelephonyConfiguration now =
                TelephonyConfigurations.change(connection, old.id(), name == null ? old.name() : name, domain);
        if (!keepsToken) {
            now = TelephonyConfigurations.setToken(
                    connection, old.id(), sealed(token, call, old.provider(), domain));
        }
        AuditLog.write(connection, call.who(), Changes.configurationChanged(old, now, token != null));
        return Reply.ok(json(now));
    }

    private Reply delete(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<TelephonyConfiguration> gone =
                    TelephonyConfigurations.lock(connection, call.organizationId(), id.get());
            if (gone.isEmpty()) {
                return Reply.notFound();
            }
            TelephonyConfigurations.delete(connection, call.organizationId(), id.get());
            AuditLog.write(connection, call.who(), Changes.configurationDeleted(gone.get()));
            return Reply.noContent();
        });
    }

    private static String provider(Fields in) {
        String provider = in.requiredText("provider", MAX_NAME);
        if (!provider.isEmpty() && !Providers.ALL.contains(provider)) {
            in.error("provider", "must be one of: " + String.join(", ", Providers.ALL));
        }
        return provider;
    }

    private static @Nullable DomainName domain(Fields credentials) {
        String text = credentials.peekText("domain_id");
        if (text == null) {
            return null;
        }
        Optional<DomainName> domain = DomainName.parse(text);
        if (domain.isEmpty()) {
            credentials.error("domain_id", "must be a domain name");
        }
        return domain.orElse(null);
    }

    /// The token that was sent; null where none was, or what we had shown in its place (`hint` is the old one's) came back.
    private static @Nullable Secret token(Fields credentials, @Nullable String hint) {
        if (!credentials.has("bearer_token") || credentials.isNull("bearer_token")) {
            return null;
        }
        String text = credentials.text("bearer_token", 4096);
        if (text == null || (hint != null && text.equals(MASK + hint))) {
            return null;
        }
        if (!TOKEN.matcher(text).matches()) {
            credentials.error("bearer_token", "must be visible ASCII characters without spaces");
            return null;
        }
        return new Secret(text);
    }

    private @Nullable StoredToken sealed(@Nullable Secret token, Call call, String provider, DomainName domain) {
        if (token == null) {
            return null;
        }
        CredentialsCipher.Place place =
                new CredentialsCipher.Place(call.organizationId(), provider, domain.value());
        return StoredToken.seal(cipher, token, place);
    }

    private static Reply unlessTaken(Supplier<Reply> work) {
        try {
            return work.get();
        } catch (DatabaseException failure) {
            if (failure.isDuplicate()) {
                return Reply.conflict("There is a configuration for this provider and domain already.");
            }
            throw failure;
        }
    }

    private static ObjectNode json(TelephonyConfiguration configuration) {
        String hint = configuration.bearerTokenHint();
        ObjectNode out = Json.object();
        out.put("id", configuration.id());
        out.put("name", configuration.name());
        out.put("provider", configuration.provider());
        out.putObject("credentials")
                .put("domain_id", configuration.domain())
                .put("bearer_token", hint == null ? null : MASK + hint);
        out.put("created_at", Json.time(configuration.createdAt()));
        out.put("updated_at", Json.time(configuration.updatedAt()));
        return out;
    }
}
