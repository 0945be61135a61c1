package io.agentstream.worker.service.wire;

import io.agentstream.runtime.outbound.AddressRefusedException;
import io.agentstream.worker.service.KeySource;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What statuses, close codes and exceptions mean. Pure.
public final class Failures {

    private static final long MAX_RETRY_AFTER_MS = 24L * 3_600_000;
    private static final int OVERLOADED = 529;

    private Failures() {}

    /// @param retryAfter header `Retry-After` (seconds; the form with a date is passed over), or null
    /// @param retryAfterMs header `retry-after-ms`, or null; the more exact one
    /// @param quota whether the body says that what was bought is used up
    public static ServiceFailure ofStatus(
            int status, @Nullable String retryAfter, @Nullable String retryAfterMs, boolean quota) {
        return switch (status) {
            case 429 -> quota ? new Refused("quota used up") : new Busy(waitMs(retryAfter, retryAfterMs));
            case 503, OVERLOADED -> new Busy(waitMs(retryAfter, retryAfterMs));
            case 400, 413, 422 -> new Refused("status " + status, true);
            case 408, 409, 425 -> new Broken("status " + status);
            default -> status >= 400 && status < 500 ? new Refused("status " + status) : new Broken("status " + status);
        };
    }

    private static long waitMs(@Nullable String retryAfter, @Nullable String retryAfterMs) {
        double ms = retryAfterMs != null ? number(retryAfterMs) : number(retryAfter) * 1_000;
        return (long) Math.clamp(ms, 0, MAX_RETRY_AFTER_MS);
    }

    private static double number(@Nullable String text) {
        try {
            double number = text == null ? 0 : Double.parseDouble(text.strip());
            return Double.isFinite(number) ? number : 0;
        } catch (NumberFormatException date) {
            return 0;
        }
    }

    /// Why there is no key.
    public static ServiceFailure ofKey(RuntimeException none) {
        return none instanceof KeySource.UnreachableException ? new Broken("keys cannot be asked for") : new Refused("no key");
    }

    /// The close code of a WebSocket that should have stayed open (RFC 6455, 7.4.1).
    public static ServiceFailure ofClose(int code) {
        return switch (code) {
            case 1003, 1007, 1008, 1010 -> new Refused("closed with " + code);
            case 1013 -> new Busy(0);
            default -> new Broken("closed with " + code);
        };
    }

    /// What the network or our client threw.
    ///
    /// @param limitMs the limit that was in force
    public static ServiceFailure of(Throwable failure, long limitMs) {
        return switch (failure) {
            case ServiceException known -> known.failure();
            case AddressRefusedException _ -> new Refused("the address may not be reached from here");
            case UnknownHostException _ -> new Broken("the name was not found");
            case InterruptedIOException _ -> new Silent(limitMs);
            case SSLException _ -> new Broken("TLS");
            case ConnectException _, NoRouteToHostException _ -> new Broken("no connection");
            default -> new Broken("connection lost");
        };
    }
}
