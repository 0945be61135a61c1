package io.agentstream.runtime;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SecurityDisabledException;

/// What a failure of a Kafka client means for whoever has to go on. Only one of four is mended by waiting: what takes every failure
/// for "Kafka is away" tries for ever what can never work.
public enum KafkaTrouble {
    /// The brokers do not answer, or not yet: the same again may work later.
    AWAY,
    /// Kafka knows us and says no, or does not know us. Nothing but a person mends it: say it, give the record up.
    REFUSED,
    /// This record will never be taken. The next one may be.
    TOO_LARGE,
    /// The client cannot go on, or is used wrongly. A loop that meets it ends.
    FATAL;

    /// @param failure as thrown, as a callback's, or as a future's
    public static KafkaTrouble of(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case RetriableException _ -> AWAY;
            case java.util.concurrent.TimeoutException _ -> AWAY;
            case AuthenticationException _ -> REFUSED;
            case AuthorizationException _ -> REFUSED;
            case SecurityDisabledException _ -> REFUSED;
            case PolicyViolationException _ -> REFUSED;
            case RecordTooLargeException _ -> TOO_LARGE;
            case RecordBatchTooLargeException _ -> TOO_LARGE;
            default -> FATAL;
        };
    }
}
