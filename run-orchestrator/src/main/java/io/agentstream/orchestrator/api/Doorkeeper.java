package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Users;
import io.agentstream.orchestrator.store.Who;
import io.agentstream.runtime.PeerAddress;
import io.agentstream.runtime.Secret;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Says who may come in with a key. Tenants' keys open no door of the operator's, and the operator's none of a tenant's. Any thread;
/// blocks while a tenant's key is looked up.
final class Doorkeeper implements AutoCloseable {
    private final Callers callers;
    private final FailedKeys failedKeys;
    private final byte @Nullable [] operatorKeyHash;

    /// What becomes of whoever asks to come in.
    sealed interface Verdict {
        /// @param caller null: the operator
        record In(Users.@Nullable Caller caller, Who who) implements Verdict {}

        record Out(Reply reply) implements Verdict {}
    }

    /// @param operatorKey null: nobody is the operator
    Doorkeeper(Callers callers, @Nullable Secret operatorKey, FailedKeys failedKeys) {
        this.callers = callers;
        this.operatorKeyHash = operatorKey == null ? null : ApiKeys.hash(operatorKey);
        this.failedKeys = failedKeys;
    }

    /// @param key nothing where none was shown, which is not taken for a guess
    /// @throws DatabaseException where the database could not say
    /// @throws TimeoutException where there is no answer in time
    Verdict judge(Access access, Optional<Secret> key, PeerAddress address)
            throws InterruptedException, TimeoutException {
        if (key.isEmpty()) {
            return new Verdict.Out(Reply.unauthorized());
        }
        int waitSeconds = failedKeys.waitSeconds(address.key(), key.get());
        if (waitSeconds > 0) {
            return new Verdict.Out(Reply.tooManyFailedKeys(waitSeconds));
        }
        Verdict verdict = access == Access.OPERATOR
                ? operator(key.get(), address)
                : tenant(access, callers.of(key.get()), address);
        return counted(verdict, key.get(), address);
    }

    private Verdict operator(Secret key, PeerAddress address) {
        // Hashes are compared, and to their end: how long it takes tells nothing of the key.
        return operatorKeyHash != null && MessageDigest.isEqual(operatorKeyHash, ApiKeys.hash(key))
                ? new Verdict.In(null, new Who.Operator(address.text()))
                : new Verdict.Out(Reply.unauthorized());
    }

    private static Verdict tenant(Access access, Optional<Users.Caller> known, PeerAddress address) {
        if (known.isEmpty()) {
            return new Verdict.Out(Reply.unauthorized());
        }
        Users.Caller caller = known.get();
        return access.opensFor(caller.scope())
                ? new Verdict.In(caller, new Who.Key(caller.userId(), caller.keyId(), address.text()))
                : new Verdict.Out(Reply.forbidden(access));
    }

    private Verdict counted(Verdict verdict, Secret key, PeerAddress address) {
        if (verdict instanceof Verdict.Out(Reply reply) && reply.status() == 401) {
            failedKeys.failed(address.key(), key);
        } else {
            failedKeys.opened(key);
        }
        return verdict;
    }

    @Override
    public void close() {
        callers.close();
    }
}
