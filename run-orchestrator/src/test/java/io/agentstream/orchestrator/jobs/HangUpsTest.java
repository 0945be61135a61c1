package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Decision.HangUpOrder;
import io.agentstream.orchestrator.decide.Samples;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPostgres.class)
final class HangUpsTest {

    private static final HangUp AWAY = new HangUp.Unavailable(Trouble.SERVER_ERROR);

    private final Tenant tenant;
    private final FakeSessions sessions = new FakeSessions();
    private final Metrics metrics = new Metrics("test");
    private final HangUps hangUps;

    HangUpsTest(Database database) {
        tenant = Tenant.create(database);
        hangUps = new HangUps(database, sessions, metrics, Duration.ofMillis(1));
    }

    @AfterEach
    void close() throws InterruptedException {
        hangUps.close();
        metrics.close();
    }

    private long account() {
        List<Long> ids = new ArrayList<>();
        tenant.database().inTransaction(c -> {
            TelephonyConfigurations.list(
                    c, tenant.sample().organizationId(), Long.MAX_VALUE, 1, account -> ids.add(account.id()));
            return true;
        });
        return ids.getFirst();
    }

    private void order(long account) {
        hangUps.order(new HangUpOrder(Samples.callId(), "WR-AGS-00000001", account, "sess-1"));
    }

    private double counted(String outcome) {
        return metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", outcome).count();
    }

    @Test
    void triesAgainWhileTheProviderIsAway() throws InterruptedException {
        sessions.answers.addAll(List.of(AWAY, AWAY));

        order(account());

        Until.holds(() -> counted("done") == 1);
        assertEquals(List.of("sess-1", "sess-1", "sess-1"), sessions.hungUp);
    }

    @Test
    void givesUpAfterFiveTries() throws InterruptedException {
        sessions.answers.addAll(List.of(AWAY, AWAY, AWAY, AWAY, AWAY, AWAY));

        order(account());

        Until.holds(() -> counted("given_up") == 1);
        assertEquals(5, sessions.hungUp.size());
    }

    @Test
    void doesNotInsistOnARefusal() throws InterruptedException {
        sessions.answers.add(new HangUp.Refused(SessionCheck.Reason.UNAUTHORIZED));

        order(account());

        Until.holds(() -> counted("given_up") == 1);
        assertEquals(1, sessions.hungUp.size());
    }

    @Test
    void cannotHangUpWithAnAccountThatIsGone() throws InterruptedException {
        long account = account();
        tenant.database().inTransaction(c -> TelephonyConfigurations.delete(c, tenant.sample().organizationId(), account));

        order(account);

        Until.holds(() -> counted("given_up") == 1);
        assertEquals(List.of(), sessions.hungUp);
    }

    @Test
    void takesNothingOnceItIsClosed() throws InterruptedException {
        hangUps.close();

        order(account());

        assertEquals(1, counted("given_up"));
    }
}
