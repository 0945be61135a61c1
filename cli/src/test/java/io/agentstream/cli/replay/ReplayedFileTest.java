package io.agentstream.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.RecordedCall;
import io.agentstream.calllog.export.CallExport;
import io.agentstream.calllog.export.CallFile;
import io.agentstream.calllog.export.Limits;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Topics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Exported calls that somebody has made up: consistent in themselves, and of no call that there can be.
final class ReplayedFileTest {

    private static final CallId CALL = CallId.of(RecordedCall.START_MS, 1, 2);

    private final RecordedCall log = new RecordedCall();

    private CallFile file() throws IOException {
        CallExport.Subject subject = new CallExport.Subject(
                CALL, Json.MAPPER.createObjectNode().put("id", 1).put("name", "WR-AGS-00000001").put("call_id", CALL.toString()), true);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CallExport export = CallExport.open(subject, () -> null, _ -> null, log, null, false)) {
            for (byte[] piece = export.next(); piece != null; piece = export.next()) {
                bytes.writeBytes(piece);
            }
        }
        return CallFile.open(new ByteArrayInputStream(bytes.toByteArray()), Limits.USUAL);
    }

    private void offered(Instant at) {
        log.add(Topics.CALL_LIFECYCLE, 0, new CallEvent.Offered(
                CALL, 1, at, null, "cloudonix", "ab", 0, "192.0.2.7", "demo.cloudonix.net", null, null, null, null));
    }

    private void ended(Instant at) {
        log.add(Topics.CALL_LIFECYCLE, 1, new CallEvent.Ended(CALL, 1_000_000, at, 1000, "", End.CALLER_HANGUP, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2027-02-01T00:00:00Z", "9999-12-31T23:59:59Z", "+1000000000-12-31T23:59:59.999999999Z"})
    void theSoundOfACallThatLastedForYearsDoesNotFillTheDisk(String end) throws Exception {
        // given
        offered(Instant.ofEpochMilli(RecordedCall.START_MS));
        ended(Instant.parse(end));

        // when
        try (CallFile file = file()) {
            IOException refused = assertThrows(IOException.class, () -> new ReplayedFile(file).wav(new ByteArrayOutputStream()));

            // then
            assertEquals("The file says that the call lasted for longer than calls do: its sound is not made.", refused.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-01-01T00:00:00Z", "1600-01-01T00:00:00Z", "-1000000000-01-01T00:00:00Z"})
    void aCallThatEndsBeforeItBeginsHasNoSound(String end) throws Exception {
        // given
        offered(Instant.ofEpochMilli(RecordedCall.START_MS));
        ended(Instant.parse(end));

        // when, then
        try (CallFile file = file()) {
            IOException refused = assertThrows(IOException.class, () -> new ReplayedFile(file).wav(new ByteArrayOutputStream()));
            assertEquals("The file says that the call was at no time at which calls are: its sound is not made.", refused.getMessage());
        }
    }

    @Test
    void aCallBehindAllTimeHasNoSound() throws Exception {
        // given
        offered(Instant.MAX.minusSeconds(10));
        ended(Instant.MAX);

        // when, then
        try (CallFile file = file()) {
            assertThrows(IOException.class, () -> new ReplayedFile(file).wav(new ByteArrayOutputStream()));
            assertTrue(new ReplayedFile(file).timeline(null, null, null, null).has("summary"));
        }
    }

    @Test
    void moreEntriesThanThereIsRoomForAreRefusedAndSomeOfThemAreNot() throws Exception {
        // given
        offered(Instant.ofEpochMilli(RecordedCall.START_MS));
        for (int i = 0; i < 1_000; i++) {
            log.add(Topics.CALL_MEDIA, i, new MediaFrame.Digit(CALL, i + 2, RecordedCall.START_MS + i, '1'));
        }

        // when, then
        try (CallFile file = file()) {
            ReplayedFile replayed = new ReplayedFile(file, 1_000);
            assertThrows(IOException.class, () -> replayed.timeline(null, null, null, null));
            assertEquals(501, replayed.timeline(null, 500L, List.of("key"), null).path("items").size());
        }
    }
}
