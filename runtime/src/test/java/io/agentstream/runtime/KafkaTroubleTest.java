package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class KafkaTroubleTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new TimeoutException("x"), KafkaTrouble.AWAY),
                Arguments.of(new ExecutionException(new NotEnoughReplicasException("x")), KafkaTrouble.AWAY),
                Arguments.of(new DisconnectException(), KafkaTrouble.AWAY),
                Arguments.of(new UnknownTopicOrPartitionException(), KafkaTrouble.AWAY),
                Arguments.of(new BufferExhaustedException("x"), KafkaTrouble.AWAY),
                Arguments.of(new java.util.concurrent.TimeoutException(), KafkaTrouble.AWAY),
                Arguments.of(new TopicAuthorizationException("x"), KafkaTrouble.REFUSED),
                Arguments.of(new CompletionException(new SaslAuthenticationException("x")), KafkaTrouble.REFUSED),
                Arguments.of(new RecordTooLargeException(), KafkaTrouble.TOO_LARGE),
                Arguments.of(new ProducerFencedException("x"), KafkaTrouble.FATAL),
                Arguments.of(new IllegalStateException("closed"), KafkaTrouble.FATAL));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void onlyWhatWaitingMendsIsAway(Throwable failure, KafkaTrouble expected) {
        assertEquals(expected, KafkaTrouble.of(failure));
    }
}
