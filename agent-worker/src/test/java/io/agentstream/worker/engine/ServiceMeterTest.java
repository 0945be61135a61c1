package io.agentstream.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.worker.engine.ServiceMeter.Who;
import io.agentstream.worker.service.Usage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ServiceMeterTest {

    private static final Who BRAIN = new Who(Role.BRAIN, "openai", "m-1", false);
    private static final Who EAR = new Who(Role.EAR, "deepgram", "nova-3", false);
    private static final Who OWN = new Who(Role.MOUTH, "offline", "", true);

    private final ServiceMeter meter = new ServiceMeter();
    private final AtomicLong heardMs = new AtomicLong();

    private static ServiceUse thought(long requests, long untold, long input, long cached, long output) {
        return new ServiceUse(Role.BRAIN, "openai", "m-1", false, requests, untold, input, cached, output, 0, 0, 0, 0);
    }

    private static ServiceUse heard(long requests, long ms) {
        return new ServiceUse(Role.EAR, "deepgram", "nova-3", false, requests, 0, 0, 0, 0, 0, 0, 0, ms);
    }

    private ServiceMeter.Use begin(Who who) {
        return meter.begin(who, 1, use -> use);
    }

    private ServiceMeter.Use listen() {
        ServiceMeter.Use ear = begin(EAR);
        ear.measuredBy(() -> Usage.heard(heardMs.get()));
        return ear;
    }

    @Test
    void whatWasToldIsNotToldAgain() {
        begin(BRAIN).over(Usage.tokens(120, 64, 12));
        begin(BRAIN).over(Usage.tokens(30, 0, 3));

        assertEquals(List.of(thought(2, 0, 150, 64, 15)), meter.take(true));
        assertEquals(List.of(), meter.take(true));
    }

    /// What speaks a vendor's protocol need not be the vendor's.
    @Test
    void numbersThatCannotBeAreNotBelieved() {
        begin(BRAIN).over(Usage.tokens(Long.MAX_VALUE, -5, 12));
        begin(BRAIN).over(Usage.tokens(Long.MAX_VALUE, 0, -1_000_000));

        assertEquals(List.of(thought(2, 0, 1L << 40, 0, 12)), meter.take(true));
    }

    @Test
    void ofAnAnswerThatWasStoppedNobodyKnowsWhatItTook() {
        ServiceMeter.Use use = begin(BRAIN);
        use.stopped();
        use.over(Usage.tokens(120, 64, 12)); // it comes too late

        assertEquals(List.of(thought(1, 1, 0, 0, 0)), meter.take(true));
    }

    @Test
    void whatGoesOnIsToldByItsDifference() {
        ServiceMeter.Use ear = listen();
        heardMs.set(700);
        List<ServiceUse> first = meter.take(true);
        heardMs.set(1_000);
        ear.stopped();
        heardMs.set(5_000);

        assertEquals(List.of(heard(1, 700)), first);
        assertEquals(List.of(heard(0, 300)), meter.take(true));
    }

    @Test
    void nothingIsToldBeforeSomethingIsDoneWith() {
        listen();
        heardMs.set(9_999);
        ServiceMeter.Use thinking = begin(BRAIN);
        List<ServiceUse> meanwhile = meter.take(false);
        thinking.over(Usage.tokens(120, 64, 12));

        assertEquals(List.of(), meanwhile);
        assertEquals(List.of(heard(1, 9_999), thought(1, 0, 120, 64, 12)), meter.take(false));
    }

    @Test
    void muchAudioIsToldByItself() {
        listen();
        heardMs.set(10_000);

        assertEquals(List.of(heard(1, 10_000)), meter.take(false));
    }

    @Test
    void aModelThatNobodyChoseHasNoName() {
        ServiceMeter.Use own = begin(OWN);
        own.measuredBy(() -> Usage.spoken(20, 900));
        own.stopped();

        assertEquals(List.of(new ServiceUse(Role.MOUTH, "offline", null, true, 1, 0, 0, 0, 0, 0, 0, 20, 900)), meter.take(true));
    }

    @Test
    void whatCannotBeBegunIsNotUnderWay() {
        assertThrows(IllegalStateException.class, () -> meter.begin(BRAIN, 1, use -> {
            throw new IllegalStateException("on purpose");
        }));

        assertEquals(0, meter.underWay());
        assertEquals(List.of(thought(1, 1, 0, 0, 0)), meter.take(false));
    }

    @Test
    void whoLeavesDoesNotHearWhatAnAnswerTakesButKnowsWhatWasHeard() {
        // given an ear, and an answer that is under way
        ServiceMeter.Use ear = listen();
        ServiceMeter.Use thinking = begin(BRAIN);
        heardMs.set(700);

        // when
        meter.leave();
        List<ServiceUse> told = meter.take(true);
        thinking.over(Usage.tokens(120, 64, 12));
        heardMs.set(900);
        ear.stopped();

        // then
        assertEquals(List.of(heard(1, 700), thought(1, 1, 0, 0, 0)), told);
        assertEquals(List.of(heard(0, 200)), meter.take(true));
    }
}
