package io.agentstream.calllog.verify;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.LogRecord;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Topics;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Runs the conversation of a call again, wherever its records come from. In constant memory, up to the first difference.
public final class JournalReading {

    private JournalReading() {}

    /// @param words the key that the call's journal is sealed with; null where it is not, or the key is gone
    /// @throws IOException where the source does not bring the records, in a sentence
    public static Verification verify(CallSource source, CallId callId, @Nullable SealKey words) throws IOException {
        Verifier verifier = new Verifier(callId, words);
        try (CallSource.Records records = source.open(Topics.CALL_JOURNAL)) {
            records.deleted().ifPresent(verifier::hole);
            LogRecord record;
            while ((record = records.next()) != null && take(verifier, record)) {
                // the verifier has it
            }
        }
        return verifier.done();
    }

    private static boolean take(Verifier verifier, LogRecord record) {
        return switch (Topics.CALL_JOURNAL.codec().decode(record.bytes())) {
            case Decoded.Value<JournalBatch>(JournalBatch batch) -> verifier.take(batch);
            case Decoded.Unknown<JournalBatch>(String what) -> said(verifier, record + " is " + what);
            case Decoded.Malformed<JournalBatch>(String reason) -> said(verifier, record + " is " + reason);
        };
    }

    private static boolean said(Verifier verifier, String sentence) {
        verifier.hole(sentence);
        return true;
    }
}
