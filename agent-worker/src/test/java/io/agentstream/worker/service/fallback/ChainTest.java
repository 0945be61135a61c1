package io.agentstream.worker.service.fallback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ChainTest {

    private static final long NOW = 1_000_000;
    private static final Set<Integer> NONE = Set.of();

    @Test
    void theFirstThatStandsIsAsked() {
        assertEquals(OptionalInt.of(0), Chain.of(2).choose(NOW, NONE));
        assertEquals(OptionalInt.of(1), Chain.of(2).failed(0, new Broken("x"), NOW).choose(NOW, NONE));
    }

    @Test
    void nobodyIsAskedTwiceForTheSame() {
        assertEquals(OptionalInt.of(1), Chain.of(2).choose(NOW, Set.of(0)));
        assertEquals(OptionalInt.empty(), Chain.of(2).choose(NOW, Set.of(0, 1)));
    }

    @Test
    void whoFailedIsTriedAgainByOneRequestAfterAWhile() {
        // given
        Chain rested = Chain.of(2).failed(0, new Broken("x"), NOW);
        long later = NOW + Chain.FIRST_MS;

        // when
        OptionalInt first = rested.choose(later, NONE);
        Chain probing = rested.asked(0, later);

        // then
        assertEquals(OptionalInt.of(0), first);
        assertEquals(OptionalInt.of(1), probing.choose(later, NONE));
        assertEquals(OptionalInt.of(0), probing.succeeded(0).choose(later, NONE));
        assertEquals(OptionalInt.of(0), probing.choose(later + Chain.PROBE_MS, NONE));
    }

    @Test
    void whoFailsAgainRestsLongerUpToALimit() {
        Chain chain = Chain.of(1).failed(0, new Broken("x"), NOW);
        assertEquals(NOW + Chain.FIRST_MS, chain.members().getFirst().restsUntilMs());

        chain = chain.failed(0, new Broken("x"), NOW);
        assertEquals(NOW + 2 * Chain.FIRST_MS, chain.members().getFirst().restsUntilMs());

        for (int i = 0; i < 100; i++) {
            chain = chain.failed(0, new Broken("x"), NOW);
        }
        assertEquals(NOW + Chain.LONGEST_MS, chain.members().getFirst().restsUntilMs());
    }

    @Test
    void theReasonSaysHowLong() {
        assertEquals(NOW + Chain.REFUSED_MS, Chain.of(1).failed(0, new Refused("x"), NOW).members().getFirst().restsUntilMs());
        assertEquals(NOW + Chain.BUSY_MS, Chain.of(1).failed(0, new Busy(0), NOW).members().getFirst().restsUntilMs());
        assertEquals(NOW + 20_000, Chain.of(1).failed(0, new Busy(20_000), NOW).members().getFirst().restsUntilMs());
        assertEquals(NOW + Chain.LONGEST_MS, Chain.of(1).failed(0, new Busy(Long.MAX_VALUE), NOW).members().getFirst().restsUntilMs());
    }

    @Test
    void aRequestThatIsNotTakenIsNobodysRest() {
        Chain stands = Chain.of(2).failed(0, new Refused("status 400", true), NOW);
        Chain tried = Chain.of(2).failed(0, new Broken("x"), NOW).asked(0, NOW + Chain.FIRST_MS);

        assertEquals(Chain.of(2), stands);
        assertEquals(tried, tried.failed(0, new Refused("status 400", true), NOW + Chain.FIRST_MS));
    }

    @Test
    void whereAllRestTheOneThatIsReadySoonestIsAsked() {
        Chain chain = Chain.of(3).failed(0, new Refused("x"), NOW).failed(1, new Broken("x"), NOW).failed(2, new Refused("x"), NOW);

        assertEquals(OptionalInt.of(1), chain.choose(NOW, NONE));
        assertEquals(OptionalInt.of(0), chain.choose(NOW, Set.of(1)));
    }
}
