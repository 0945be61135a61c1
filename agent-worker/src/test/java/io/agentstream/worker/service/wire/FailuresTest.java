package io.agentstream.worker.service.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.worker.service.ServiceFailure.Refused;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FailuresTest {

    @ParameterizedTest
    @CsvSource({"400,true", "413,true", "422,true", "401,false", "403,false", "404,false"})
    void whetherItIsTheRequestThatIsNotTakenTheStatusSays(int status, boolean request) {
        assertEquals(new Refused("status " + status, request), Failures.ofStatus(status, null, null, false));
    }
}
