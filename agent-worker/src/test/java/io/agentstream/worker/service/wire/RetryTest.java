package io.agentstream.worker.service.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RetryTest {

    private static final Retry RETRY = new Retry(2, 200, 2_000);

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.argumentSet("what is refused is not tried again", new Refused("status 401"), 0, OptionalLong.empty()),
                Arguments.argumentSet("what broke is tried soon", new Broken("x"), 0, OptionalLong.of(200)),
                Arguments.argumentSet("and later the next time", new Broken("x"), 1, OptionalLong.of(400)),
                Arguments.argumentSet("but not for ever", new Broken("x"), 2, OptionalLong.empty()),
                Arguments.argumentSet("who is busy is waited for", new Busy(1_500), 0, OptionalLong.of(1_500)),
                Arguments.argumentSet("but not without a wait", new Busy(0), 0, OptionalLong.of(200)),
                Arguments.argumentSet("and not longer than a caller would", new Busy(2_001), 0, OptionalLong.empty()),
                Arguments.argumentSet("silence was wait enough", new Silent(8_000), 0, OptionalLong.of(0)),
                Arguments.argumentSet("and is not listened to a third time", new Silent(8_000), 1, OptionalLong.empty()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void waits(ServiceFailure failure, int done, OptionalLong wait) {
        assertEquals(wait, RETRY.waitMs(failure, done, 1));
    }

    @Test
    void thoseThatFailedTogetherAreSpread() {
        assertEquals(OptionalLong.of(100), RETRY.waitMs(new Broken("x"), 0, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "401, , , false, 'Refused[why=status 401, request=false]'", "404, , , false, 'Refused[why=status 404, request=false]'",
        "400, , , false, 'Refused[why=status 400, request=true]'", "429, , , true, 'Refused[why=quota used up, request=false]'",
        "429, 2, , false, Busy[retryAfterMs=2000]", "429, 2, 150, false, Busy[retryAfterMs=150]",
        "'429', 'Wed, 21 Oct 2026 07:28:00 GMT', , false, Busy[retryAfterMs=0]", "429, NaN, , false, Busy[retryAfterMs=0]",
        "429, -5, , false, Busy[retryAfterMs=0]", "429, 1e300, , false, Busy[retryAfterMs=86400000]",
        "503, 1, , false, Busy[retryAfterMs=1000]", "529, , , false, Busy[retryAfterMs=0]", "500, , , false, Broken[why=status 500]",
        "408, , , false, Broken[why=status 408]", "302, , , false, Broken[why=status 302]"})
    void statusesMean(int status, String retryAfter, String retryAfterMs, boolean quota, String failure) {
        assertEquals(failure, Failures.ofStatus(status, retryAfter, retryAfterMs, quota).toString());
    }
}
