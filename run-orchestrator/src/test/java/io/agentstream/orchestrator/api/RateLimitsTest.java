package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Scope;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.UserKeys;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

final class RateLimitsTest {

    @Nested
    final class OfAKey {
        private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - 5);
        private final RateLimits limits = new RateLimits(new Api.Rates(3, 2, 6, 25), nowNanos::get);

        private int taken(long key, RateLimits.Kind kind) {
            int taken = 0;
            while (limits.take(key, kind) == 0) {
                taken++;
            }
            return taken;
        }

        @Test
        void tenSecondsWorthMayComeAtOnceAndThenSoManyASecond() {
            // given
            int atOnce = taken(1, RateLimits.Kind.READ);

            // when
            nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(2));

            // then
            assertEquals(30, atOnce);
            assertEquals(6, taken(1, RateLimits.Kind.READ));
        }

        @Test
        void eachKindHasItsOwn() {
            // given
            taken(1, RateLimits.Kind.READ);

            // when
            int changes = taken(1, RateLimits.Kind.CHANGE);

            // then
            assertEquals(20, changes);
            assertEquals(6, taken(1, RateLimits.Kind.EXPORT));
            assertEquals(10, limits.take(1, RateLimits.Kind.EXPORT));
        }

        @Test
        void eachKeyHasItsOwn() {
            // given
            taken(1, RateLimits.Kind.READ);

            // when
            int others = taken(2, RateLimits.Kind.READ);

            // then
            assertEquals(30, others);
        }

        @Test
        void noMoreKeysAreRememberedThanThereIsRoomFor() {
            // given
            Allowances<Long> allowances = new Allowances<>(1, 1, 100, nowNanos::get);

            // when
            for (long key = 0; key < 10_000; key++) {
                allowances.take(key);
            }

            // then
            assertEquals(100, allowances.remembered());
            assertEquals(1, allowances.take(9_999L));
        }
    }

    @Nested
    @ExtendWith(TestPostgres.class)
    final class OfTheApi {
        private static final String READ = "/api/v1/organization";
        private static final int PER_SECOND = 1;
        private static final int AT_ONCE = 10 * PER_SECOND;

        private Database database;
        private SampleTenant tenant;
        private SampleTenant other;
        private RunningApi api;

        @BeforeEach
        void start(Database given) {
            database = given;
            tenant = SampleTenant.create(given);
            other = SampleTenant.create(given);
            Api.Settings plain = ApiSettings.of("ws://x");
            api = new RunningApi(given, tenant.apiKey(), new Api.Settings(
                    plain.gatewayUrl(), plain.operatorKey(), plain.pricePerMinute(), plain.trustedProxies(),
                    plain.failedKeysPerMinute(), new Api.Rates(PER_SECOND, PER_SECOND, 2, 1_000), plain.patience()));
        }

        @AfterEach
        void stop() {
            api.close();
        }

        private RunningApi.Answer untilRefused(String method, String path, String body) throws Exception {
            for (int i = 0; i < 10 * AT_ONCE; i++) {
                RunningApi.Answer answer = api.send(method, path, body);
                if (answer.status() == 429) {
                    return answer;
                }
            }
            throw new AssertionError("never refused");
        }

        @Test
        void aKeyThatAsksTooOftenIsToldToComeAgainLater() throws Exception {
            // when
            RunningApi.Answer answer = untilRefused("GET", READ, null);

            // then
            assertEquals("1", answer.header("Retry-After"));
            assertEquals("application/problem+json", answer.header("Content-Type"));
            assertTrue(api.metrics().contains("agent_stream_orchestrator_api_refused_total{service=\"api-test\",why=\"read_rate\"} 1"));
        }

        @Test
        void readingALotLeavesChangesAndOtherKeysAlone() throws Exception {
            // given
            Secret second = new ApiKeys(new SecureRandom()).generate();
            database.withConnection(connection -> UserKeys.create(
                    connection, tenant.userId(), ApiKeys.hash(second), ApiKeys.prefix(second), "second", Scope.READ));

            // when
            untilRefused("GET", READ, null);

            // then
            assertEquals(200, api.send("PATCH", READ, "{}").status());
            assertEquals(200, api.sendAs(second, "GET", READ, null).status());
            assertEquals(200, api.sendAs(other.apiKey(), "GET", READ, null).status());
        }

        @Test
        void changesAndStreamsHaveTheirOwnLimits() throws Exception {
            // when
            RunningApi.Answer change = untilRefused("PATCH", READ, "{}");
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                streams.add(api.send("GET", "/api/v1/runs", null, "Accept", "application/x-ndjson").status());
            }

            // then
            assertEquals(429, change.status());
            assertEquals(List.of(200, 200, 429), streams);
            assertEquals(200, api.get("/api/v1/runs").status());
        }

        @Test
        void theOperatorHasNone() throws Exception {
            for (int i = 0; i < 3 * AT_ONCE; i++) {
                assertEquals(200, api.operator("GET", "/api/v1/operator/organizations?limit=1", null).status());
            }
        }

        @Test
        void theFloodOfOneTenantRefusesNothingOfAnother() throws Exception {
            // given
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch refusedOnce = new CountDownLatch(8);
            try (ExecutorService flood = Executors.newFixedThreadPool(8)) {
                List<Future<Integer>> refused = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    refused.add(flood.submit(() -> {
                        int n = 0;
                        while (!over.get()) {
                            if (api.get(READ).status() == 429 && n++ == 0) {
                                refusedOnce.countDown();
                            }
                        }
                        return n;
                    }));
                }

                assertTrue(refusedOnce.await(20, TimeUnit.SECONDS));

                // when
                List<Integer> statuses = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    statuses.add(api.sendAs(other.apiKey(), "GET", READ, null).status());
                }
                over.set(true);

                // then
                assertTrue(statuses.stream().allMatch(status -> status == 200), statuses.toString());
                for (Future<Integer> n : refused) {
                    assertTrue(n.get() > 0);
                }
            }
        }
    }
}
