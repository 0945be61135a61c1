package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Users;
import io.agentstream.orchestrator.store.Who;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A request whose sender is known and whose body is read. The body has no fields where the route takes none.
///
/// @param tenant whose key it came with; null where it is the operator's
/// @param who the same for the audit log, for tenant and operator alike
/// @param asked how it was asked for
/// @param type what is to be answered, of the types that the route has
record Call(
        Users.@Nullable Caller tenant,
        Who who,
        Map<String, String> path,
        Query query,
        Fields body,
        Asked asked,
        String type) {
    /// What a request says beside its path. Each header is there where it stood there once.
    ///
    /// @param head whether no body is wanted
    record Asked(boolean head, @Nullable String idempotencyKey, @Nullable String range, @Nullable String ifRange,
            @Nullable String lastEventId) {
        static final Asked PLAINLY = new Asked(false, null, null, null, null);
    }

    @Nullable String idempotencyKey() {
        return asked.idempotencyKey();
    }

    @Nullable String lastEventId() {
        return asked.lastEventId();
    }

    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /// Whose key it came with. Routes of the operator, which have none, do not ask.
    Users.Caller caller() {
        if (tenant == null) {
            throw new IllegalStateException("the operator is no tenant");
        }
        return tenant;
    }

    long organizationId() {
        return caller().organizationId();
    }

    /// The path's number under `name`; nothing where it cannot be the id of anything.
    Optional<Long> id(String name) {
        String text = path.getOrDefault(name, "");
        return text.matches("[1-9][0-9]{0,17}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    /// The path's UUID; nothing where it is not one in its canonical form.
    Optional<UUID> uuid() {
        return uuid(path.getOrDefault("uuid", ""));
    }

    /// The UUID that a text is in its canonical form.
    static Optional<UUID> uuid(String text) {
        return UUID_FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    /// Without path and body, which may hold secrets.
    @Override
    public String toString() {
        return "Call[" + (tenant == null ? "operator" : "user " + tenant.userId()) + "]";
    }
}
