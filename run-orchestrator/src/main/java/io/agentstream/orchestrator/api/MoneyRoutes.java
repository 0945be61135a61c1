package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.Ledger.Grant;
import io.agentstream.orchestrator.store.Ledger.Granted;
import io.agentstream.orchestrator.store.Users;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What an organisation's users were granted and charged; and, for the operator alone, the granting.
final class MoneyRoutes {
    private static final String KEY = "Idempotency-Key";
    private static final Pattern KEY_FORM = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final BigDecimal MOST = new BigDecimal("1000000000");
    private static final int MAX_REFERENCE = 200;
    private static final Set<String> READ_ONLY =
            Set.of("id", "organization_id", "email", "credits", "created_at", "updated_at");

    private final Database database;

    MoneyRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(Route.list(Access.READ, "/api/v1/ledger", this::ledger));
    }

    List<Route> operatorRoutes() {
        return List.of(
                Route.post(Access.OPERATOR, "/api/v1/operator/organizations/{id}/credits", this::grant),
                Route.patch(Access.OPERATOR, "/api/v1/operator/users/{id}", this::changeUser));
    }

    private Reply ledger(Call call) {
        return new Listing<Ledger.Entry>(Cursor.LEDGER, Ledger.Entry::id, MoneyRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        Ledger.list(connection, call.organizationId(), before, limit, taker));
    }

    /// The same key answers with the same entry, as often as it comes.
    private Reply grant(Call call) {
        Fields in = call.body();
        String key = key(call);
        BigDecimal amount = amount(in);
        String reference = in.requiredText("reference", MAX_REFERENCE);
        Long userId = in.id("user_id");
        Optional<Long> organizationId = call.id("id");
        if (in.isBad()) {
            return in.badRequest();
        }
        return database.inTransaction(connection -> {
            Optional<Users.User> owner =
                    organizationId.isEmpty() ? Optional.empty() : Users.firstOf(connection, organizationId.get());
            if (owner.isEmpty()) {
                return Reply.notFound();
            }
            long organization = organizationId.orElseThrow();
            Optional<Users.User> user = userId == null ? owner : Users.find(connection, organization, userId);
            if (user.isEmpty()) {
                in.error("user_id", "is no user of the organisation");
                return in.badRequest();
            }
            Grant grant = new Grant(organization, user.get().id(), amount, reference, key);
            return switch (Ledger.grant(connection, grant)) {
                case Granted.OtherKey() -> Reply.conflict("This Idempotency-Key stands for another grant.");
                case Granted.Done(Ledger.Entry entry, boolean repeated) -> {
                    if (!repeated) {
                        AuditLog.write(connection, call.who(), Changes.creditsGranted(entry));
                    }
                    yield new Reply(201, ByteBuffer.wrap(Json.bytes(json(entry))), Map.of());
                }
            };
        });
    }

    private Reply changeUser(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Users.User> old = Users.find(connection, id.get());
            if (old.isEmpty()) {
                return Reply.notFound();
            }
            Fields in = call.body();
            in.against(UserRoutes.json(old.get()), READ_ONLY);
            String billing = in.text("billing", MAX_REFERENCE);
            if (billing != null && !billing.equals("prepaid") && !billing.equals("unlimited")) {
                in.error("billing", "must be one of: prepaid, unlimited");
            }
            if (in.isBad()) {
                return in.badRequest();
            }
            if (billing == null) {
                return Reply.ok(UserRoutes.json(old.get()));
            }
            if (billing.equals("prepaid")) {
                Ledger.setPrepaid(connection, old.get().organizationId(), id.get());
            } else {
                Ledger.setUnlimited(connection, id.get());
            }
            Users.User now = Users.find(connection, id.get()).orElseThrow();
            AuditLog.write(connection, call.who(), Changes.billingChanged(old.get(), now));
            return Reply.ok(UserRoutes.json(now));
        });
    }

    /// Money is never moved without one: whoever asks again after an answer that did not come must not grant twice.
    private static String key(Call call) {
        String key = call.idempotencyKey();
        if (key == null || !KEY_FORM.matcher(key).matches()) {
            call.body().error(KEY, "must be there once as a header, with 1 to 255 visible ASCII characters");
            return "";
        }
        return key;
    }

    private static BigDecimal amount(Fields in) {
        @Nullable BigDecimal amount = in.decimal("amount");
        if (amount == null || amount.signum() <= 0 || amount.compareTo(MOST) > 0) {
            if (amount != null || !in.has("amount") || in.isNull("amount")) {
                in.error("amount", "must be a decimal number in a string, above 0 and at most " + MOST.toPlainString());
            }
            return BigDecimal.ONE;
        }
        return amount;
    }

    private static ObjectNode json(Ledger.Entry entry) {
        ObjectNode out = Json.object();
        out.put("id", entry.id());
        out.put("at", Json.time(entry.at()));
        out.put("user_id", entry.userId());
        out.put("run_id", entry.runId());
        out.put("kind", entry.kind().text());
        out.put("amount", Json.decimal(entry.amount()));
        out.put("balance", Json.decimal(entry.balance()));
        out.put("reference", entry.reference());
        return out;
    }
}
