package io.agentstream.runtime.outbound;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class LookUpsTest {

    @Test
    void findsWhatTheMachineFinds() throws UnknownHostException {
        InetAddress[] addresses = {InetAddress.getByName("192.0.2.1")};
        try (LookUps names = new LookUps(_ -> addresses, 10_000)) {
            assertArrayEquals(addresses, names.resolve("example.com"));
        }
    }

    @Test
    void aResolverThatDoesNotAnswerIsNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        try (LookUps names = new LookUps(_ -> wait(never), 20)) {
            assertThrows(UnknownHostException.class, () -> names.resolve("slow.example"));
        } finally {
            never.countDown();
        }
    }

    @Test
    void whereAllThreadsWaitTheNextOneIsTurnedAway() {
        CountDownLatch never = new CountDownLatch(1);
        try (LookUps names = new LookUps(_ -> wait(never), 1)) {
            for (int i = 0; i < LookUps.MAX_UNDER_WAY; i++) {
                assertThrows(UnknownHostException.class, () -> names.resolve("slow.example"));
            }

            UnknownHostException full = assertThrows(UnknownHostException.class, () -> names.resolve("one.example"));

            assertEquals("too many names are being looked up", full.getMessage());
        } finally {
            never.countDown();
        }
    }

    private static InetAddress[] wait(CountDownLatch never) throws UnknownHostException {
        try {
            never.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
        throw new UnknownHostException("never");
    }
}
