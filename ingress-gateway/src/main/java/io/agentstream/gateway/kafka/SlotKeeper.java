package io.agentstream.gateway.kafka;

import io.agentstream.gateway.kafka.SlotClaims.Claim;
import io.agentstream.runtime.Bell;
import io.agentstream.runtime.Causes;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses this gateway's slot where the configuration does not, and says every few seconds that it is used. Two gateways on one
/// slot read each other's commands in vain and nothing else, so nothing is done about it: it is counted and logged. The loop is one
/// thread's; the rest is for any.
public final class SlotKeeper implements DutyCycle {

    private static final Logger log = LoggerFactory.getLogger(SlotKeeper.class);

    static final long PERIOD_MS = 10_000;
    /// After so long without a word a gateway is taken to be gone.
    static final long STALE_MS = 45_000;
    /// How long another gateway that chose at the same time gets to say so.
    static final long SETTLE_MS = 150;
    static final long FIRST_RETRY_MS = 250;
    private static final int MOST_CHOICES = 5;
    private static final int NONE = -1;

    private final SlotClaims claims;
    private final String instance;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counter clashes;
    private final Bell wake = new Bell();

    private volatile OptionalInt chosen;
    private volatile String failure = "";
    /// What is claimed but not settled yet.
    private int candidate = NONE;
    private int choices;
    /// Slots that there are; 0 as long as that is not known.
    private int most;
    private boolean claimed;
    private long retryMs = FIRST_RETRY_MS;

    /// @param configured the slot that the configuration names, or nothing
    /// @param instance a name for this gateway that no other has
    public SlotKeeper(
            SlotClaims claims,
            OptionalInt configured,
            String instance,
            Metrics metrics,
            InstantSource clock,
            RandomGenerator random) {
        this.claims = claims;
        this.chosen = configured;
        this.instance = instance;
        this.clock = clock;
        this.random = random;
        this.clashes = metrics.counter("agent_stream_gateway_slot_clashes");
        metrics.gauge("agent_stream_gateway_slot", () -> chosen.orElse(NONE));
    }

    /// The slot, once it is chosen; it never changes then.
    public OptionalInt slot() {
        return chosen;
    }

    /// Why there is no slot yet, or nothing.
    public Optional<String> reason() {
        return chosen.isPresent()
                ? Optional.empty()
                : Optional.of("no slot is chosen yet" + (failure.isEmpty() ? "" : ": " + failure));
    }

    @Override
    public String role() {
        return "gateway-slot";
    }

    @Override
    public void work() throws InterruptedException {
        long pauseMs;
        try {
            pauseMs = chosen.isPresent() ? say(chosen.getAsInt()) : choose();
            retryMs = FIRST_RETRY_MS;
            failure = "";
        } catch (InterruptException stopped) {
            throw stopped;
        } catch (KafkaException notNow) {
            pauseMs = retryMs;
            retryMs = Math.min(2 * retryMs, PERIOD_MS);
            failed(notNow);
        }
        wake.await(pauseMs);
    }

    private void failed(KafkaException why) {
        String name = why.getClass().getSimpleName();
        if (!name.equals(failure)) {
            log.atWarn().addKeyValue("failure", Causes.of(why)).log("slots of the gateways cannot be seen");
        }
        failure = name;
        if (why instanceof AuthorizationException && chosen.isEmpty() && most > 0) {
            chosen(random.nextInt(most)); // a clash is harmless, waiting for a permission is not
        }
    }

    /// Takes a slot that nobody uses, says so, and looks once more whether it is still its own.
    private long choose() throws InterruptedException {
        most = claims.slots();
        Map<Integer, Claim> all = claims.read();
        Claim found = all.get(candidate);
        boolean mine = found != null && found.instance().equals(instance);
        if (mine || choices == MOST_CHOICES) {
            chosen(candidate);
            return PERIOD_MS;
        }
        candidate = free(all);
        choices++;
        claim(candidate);
        return SETTLE_MS + random.nextLong(SETTLE_MS);
    }

    private void chosen(int slot) {
        candidate = slot;
        chosen = OptionalInt.of(slot);
        log.atInfo().addKeyValue("slot", slot).log("slot is chosen");
    }

    private int free(Map<Integer, Claim> all) {
        List<Integer> free = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            Claim claim = all.get(i);
            if (claim == null || clock.millis() - claim.atMs() > STALE_MS) {
                free.add(i);
            }
        }
        return free.isEmpty() ? random.nextInt(most) : free.get(random.nextInt(free.size()));
    }

    private long say(int mine) throws InterruptedException {
        if (claimed) {
            Claim found = claims.read().get(mine);
            if (found != null && !found.instance().equals(instance)) { // said after us, so it is there now
                clashes.increment();
                log.atWarn().addKeyValue("slot", mine).addKeyValue("other", found.instance())
                        .log("another gateway uses this slot; each reads the other's commands in vain");
            }
        }
        claim(mine);
        return PERIOD_MS;
    }

    private void claim(int which) throws InterruptedException {
        claims.write(which, new Claim(instance, clock.millis()));
        claimed = true;
    }

    @Override
    public void wakeUp() {
        wake.ring();
    }

    /// Leaves the slot to the next one at once.
    @Override
    public void onClose() {
        if (claimed && failure.isEmpty()) {
            try {
                claims.write(chosen.orElse(candidate), new Claim(instance, 0));
            } catch (KafkaException unsaid) {
                log.atDebug().log("nobody was told that the slot is free");
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
