package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Emails;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.Tenants;
import io.agentstream.orchestrator.store.UserKeys;
import io.agentstream.orchestrator.store.UserKeys.UserKey;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.runtime.Secret;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The organisation's users and their keys. A key is told once, to whoever made it.
final class UserRoutes {
    static final int MAX_USERS = 1_000;
    static final int MAX_KEYS = 1_000;
    private static final String USERS = "/api/v1/users";
    private static final String KEYS = "/api/v1/api-keys";
    private static final String KEY = KEYS + "/{id}";
    private static final int MAX_NAME = 200;

    private final Database database;
    private final ApiKeys keys;

    UserRoutes(Database database, ApiKeys keys) {
        this.database = database;
        this.keys = keys;
    }

    List<Route> routes() {
        return List.of(
                Route.get(Access.READ, USERS + "/me", this::me),
                Route.list(Access.READ, USERS, this::list),
                Route.get(Access.READ, USERS + "/{id}", this::get),
                Route.post(Access.ADMIN, USERS, this::create),
                Route.list(Access.READ, KEYS, this::listKeys),
                Route.get(Access.READ, KEY, this::getKey),
                Route.post(Access.ADMIN, KEYS, this::createKey),
                Route.delete(Access.ADMIN, KEY, this::revokeKey));
    }

    private Reply me(Call call) {
        return user(call, call.caller().userId());
    }

    private Reply get(Call call) {
        return call.id("id").map(id -> user(call, id)).orElseGet(Reply::notFound);
    }

    private Reply user(Call call, long id) {
        return database.withConnection(connection -> Users.find(connection, call.organizationId(), id))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply list(Call call) {
        return new Listing<Users.User>(Cursor.USERS, Users.User::id, UserRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        Users.list(connection, call.organizationId(), before, limit, taker));
    }

    private Reply create(Call call) {
        Fields in = call.body();
        String email = email(in, "email");
        if (in.isBad()) {
            return in.badRequest();
        }
        try {
            return database.inTransaction(connection -> {
                if (Users.count(connection, call.organizationId()) >= MAX_USERS) {
                    return Reply.conflict("An organisation has at most " + MAX_USERS + " users.");
                }
                Users.User made = Tenants.addUser(connection, call.who(), call.organizationId(), email);
                return Reply.created(json(made), USERS + "/" + made.id());
            });
        } catch (DatabaseException failure) {
            if (failure.isDuplicate()) {
                return Reply.conflict("The organisation has a user with this address already.");
            }
            throw failure;
        }
    }

    private Reply listKeys(Call call) {
        return new Listing<UserKey>(Cursor.KEYS, UserKey::id, UserRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        UserKeys.list(connection, call.organizationId(), before, limit, taker));
    }

    private Reply getKey(Call call) {
        return call.id("id")
                .flatMap(id -> database.withConnection(
                        connection -> UserKeys.find(connection, call.organizationId(), id)))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply createKey(Call call) {
        Fields in = call.body();
        String name = in.requiredText("name", MAX_NAME);
        Optional<Scope> scope = Scope.parse(in.requiredText("scope", MAX_NAME));
        if (scope.isEmpty()) {
            in.error("scope", "must be one of: read, write, admin");
        }
        Long sent = in.id("user_id");
        if (in.isBad()) {
            return in.badRequest();
        }
        long userId = sent == null ? call.caller().userId() : sent;
        return database.inTransaction(connection -> {
            Optional<Users.User> user = Users.find(connection, call.organizationId(), userId);
            if (user.isEmpty()) {
                in.error("user_id", "is no user of the organisation");
                return in.badRequest();
            }
            if (UserKeys.count(connection, call.organizationId()) >= MAX_KEYS) {
                return Reply.conflict("An organisation has at most " + MAX_KEYS + " keys.");
            }
            Secret key = keys.generate();
            UserKey made =
                    Tenants.addKey(connection, call.who(), user.get(), key, name, scope.orElseThrow());
            return Reply.created(json(made).put("key", key.reveal()), KEYS + "/" + made.id());
        });
    }

    private Reply revokeKey(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<UserKey> key = UserKeys.find(connection, call.organizationId(), id.get());
            if (key.isEmpty()) {
                return Reply.notFound();
            }
            return switch (UserKeys.revoke(connection, call.organizationId(), id.get())) {
                case DONE -> {
                    AuditLog.write(connection, call.who(), Changes.keyRevoked(call.organizationId(), key.get()));
                    yield Reply.noContent();
                }
                case NO_SUCH_KEY -> Reply.notFound();
                case LAST_ADMIN_KEY ->
                    Reply.conflict("This is the organisation's last admin key: make another one first.");
            };
        });
    }

    /// The address, which must be there; empty where it is not, or is none.
    static String email(Fields in, String name) {
        String email = in.requiredText(name, Emails.MAX_CHARACTERS);
        if (!email.isEmpty() && !Emails.isOne(email)) {
            in.error(name, "must be an e-mail address");
        }
        return email;
    }

    static ObjectNode json(Users.User user) {
        ObjectNode out = Json.object();
        out.put("id", user.id());
        out.put("organization_id", user.organizationId());
        out.put("email", user.email());
        out.put("billing", user.credits() == null ? "unlimited" : "prepaid");
        out.put("credits", Json.decimal(user.credits()));
        out.put("created_at", Json.time(user.createdAt()));
        out.put("updated_at", Json.time(user.updatedAt()));
        return out;
    }

    private static ObjectNode json(UserKey key) {
        ObjectNode out = Json.object();
        out.put("id", key.id());
        out.put("user_id", key.userId());
        out.put("name", key.name());
        out.put("scope", key.scope().text());
        out.put("prefix", key.prefix());
        out.put("created_at", Json.time(key.createdAt()));
        out.put("last_used_at", Json.time(key.lastUsedAt()));
        return out;
    }
}
