package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The validator that the records of whole calls are held against ([AuditTest]).
final class AsyncApiRecordsTest {

    private static final byte[] CALL = AsyncApiRecords.utf8("01932f00-0000-7000-8000-000000000001");

    @Test
    void publishedSamplesAreAsTheContractSays() throws Exception {
        AsyncApiRecords contract = new AsyncApiRecords();
        int checked = 0;
        try (Stream<Path> files = Files.list(Repository.root().resolve("schemas/contract/samples/v1"))) {
            for (Path file : files.toList()) {
                Topic<?> topic = Topics.ALL.stream()
                        .filter(each -> file.getFileName().toString().startsWith(each.name() + "-"))
                        .findFirst()
                        .orElseThrow();

                assertEquals(List.of(), contract.wrong(topic, CALL, Files.readAllBytes(file)), file.toString());
                checked++;
            }
        }
        assertTrue(checked > 40, checked + " samples");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"type\":\"alive\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":3}",
        "{\"type\":\"alive\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":\"3\",\"at\":\"2026-01-01T12:00:00Z\"}",
        "{\"type\":\"alive\",\"call_id\":\"x\",\"seq\":3,\"at\":\"2026-01-01T12:00:00Z\"}",
        "{\"type\":\"alive\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":3,\"at\":\"noon\"}",
        "{\"type\":\"alive\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":3,\"at\":\"2026-01-01T12:00:00Z\",\"more\":1}",
        "{\"type\":\"asleep\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":3,\"at\":\"2026-01-01T12:00:00Z\"}",
        "{\"type\":\"ended\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":3,\"at\":\"2026-01-01T12:00:00Z\",\"close_code\":1000,"
                + "\"close_reason\":\"\",\"end\":\"tired\"}",
        "[]", "{"
    })
    void aBrokenRecordIsFound(String value) throws Exception {
        AsyncApiRecords contract = new AsyncApiRecords();

        assertFalse(contract.wrong(Topics.CALL_LIFECYCLE, CALL, AsyncApiRecords.utf8(value)).isEmpty(), value);
    }

    @Test
    void aWholeRecordOfTheSameFormIsNot() throws Exception {
        String value = "{\"type\":\"alive\",\"call_id\":\"01932f00-0000-7000-8000-000000000001\",\"seq\":3,\"at\":\"2026-01-01T12:00:00Z\"}";

        assertEquals(List.of(), new AsyncApiRecords().wrong(Topics.CALL_LIFECYCLE, CALL, AsyncApiRecords.utf8(value)));
    }

    @Test
    void aKeyThatIsNoCallAndBytesThatAreNoFrameAreFound() throws Exception {
        AsyncApiRecords contract = new AsyncApiRecords();

        assertEquals(2, contract.wrong(Topics.CALL_MEDIA, AsyncApiRecords.utf8("x"), new byte[] {1, 2}).size());
    }
}
