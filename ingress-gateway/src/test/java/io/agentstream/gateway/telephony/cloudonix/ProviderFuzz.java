package io.agentstream.gateway.telephony.cloudonix;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.Topics;
import java.time.Instant;

/// For a fuzzer: whatever text a provider sends is one of [ProviderMessage], audio stays within its record, and what a start says can
/// be written to the log and read there. The frame reader hands on UTF-8 only, but the scanner must not rely on it for its bounds.
public final class ProviderFuzz {

    private static final int HEADROOM = 7;
    private static final int MAX = 400;
    private static final int MARGIN = 3;

    private ProviderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] text = new byte[input.length + 2 * MARGIN];
        System.arraycopy(input, 0, text, MARGIN, input.length);
        InboundAudio audio = new InboundAudio(HEADROOM, MAX);
        ProviderMessage message = new CloudonixProvider().read(text, MARGIN, MARGIN + input.length, audio);
        if (message instanceof ProviderMessage.Audio
                && (audio.lengthBytes() > MAX || audio.record().length != HEADROOM + audio.lengthBytes())) {
            throw new IllegalStateException("audio of " + audio.lengthBytes() + " in a record of " + audio.record().length);
        }
        if (message instanceof ProviderMessage.Start(StreamDetails details) && details != null) {
            start(details);
        }
    }

    private static void start(StreamDetails details) {
        CallEvent.Started started = new CallEvent.Started(
                CallId.of(1, 2, 3), 1, Instant.EPOCH, details.streamSid(), details.callSid(), details.session(), details.domain(),
                details.from(), details.to(), details.context(), details.tracks(), details.mediaFormat(), details.customParameters(),
                details.cut());
        byte[] written = Topics.CALL_LIFECYCLE.codec().encode(started);
        if (!new Decoded.Value<CallEvent>(started).equals(Topics.CALL_LIFECYCLE.codec().decode(written))) {
            throw new IllegalStateException("is read as another: " + started);
        }
    }
}
