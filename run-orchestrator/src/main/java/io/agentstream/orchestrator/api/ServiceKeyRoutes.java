package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.secret.Envelope;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.ServiceKeys;
import io.agentstream.orchestrator.store.ServiceKeys.Put;
import io.agentstream.orchestrator.store.ServiceKeys.ServiceKey;
import io.agentstream.runtime.Secret;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/// Keys of outside services. A key goes in and is sealed; nothing here ever opens or shows one.
final class ServiceKeyRoutes {

    static final int MAX_KEYS = 100;
    private static final String KEYS = "/api/v1/service-keys";
    private static final String KEY = KEYS + "/{name}";
    private static final int MAX_CHARACTERS = 4_096;
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

    private final Database database;
    private final CredentialsCipher cipher;

    ServiceKeyRoutes(Database database, CredentialsCipher cipher) {
        this.database = database;
        this.cipher = cipher;
    }

    List<Route> routes() {
        return List.of(
                Route.list(Access.READ, KEYS, this::list),
                Route.put(Access.WRITE, KEY, this::put),
                Route.delete(Access.WRITE, KEY, this::delete));
    }

    private static String name(Call call) {
        return call.path().getOrDefault("name", "");
    }

    private Reply list(Call call) {
        return new Listing<ServiceKey>(Cursor.SERVICE_KEYS, ServiceKey::id, ServiceKeyRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        ServiceKeys.list(connection, call.organizationId(), before, limit, taker));
    }

    private Reply put(Call call) {
        Fields in = call.body();
        String name = name(call);
        String key = in.requiredText("key", MAX_CHARACTERS);
        if (!key.isEmpty() && !VISIBLE.matcher(key).matches()) {
            in.error("key", "must be visible ASCII characters without spaces");
        }
        if (!ServiceKeys.isName(name)) {
            in.error("name", "must be 1 to 64 small letters, digits, _ . or -, and begin with a letter or a digit");
        }
        if (in.isBad()) {
            return in.badRequest();
        }
        Envelope sealed = cipher.seal(new Secret(key), Place.ofServiceKey(call.organizationId(), name));
        return database.inTransaction(connection -> {
            if (ServiceKeys.lockAndCount(connection, call.organizationId()) >= MAX_KEYS
                    && ServiceKeys.find(connection, call.organizationId(), name).isEmpty()) {
                return Reply.conflict("An organisation has at most " + MAX_KEYS + " keys of services.");
            }
            Put stored = ServiceKeys.put(connection, call.organizationId(), name, sealed);
            AuditLog.write(connection, call.who(), Changes.serviceKeyStored(stored));
            return Reply.ok(json(stored.key()));
        });
    }

    private Reply delete(Call call) {
        return database.inTransaction(connection -> {
            if (!ServiceKeys.delete(connection, call.organizationId(), name(call))) {
                return Reply.notFound();
            }
            AuditLog.write(connection, call.who(), Changes.serviceKeyDeleted(call.organizationId(), name(call)));
            return Reply.noContent();
        });
    }

    private static ObjectNode json(ServiceKey key) {
        ObjectNode out = Json.object();
        out.put("name", key.name());
        out.put("created_at", Json.time(key.createdAt()));
        out.put("updated_at", Json.time(key.updatedAt()));
        out.put("last_used_at", Json.time(key.lastUsedAt()));
        return out;
    }
}
