package io.agentstream.gateway.telephony.twilio;

import io.agentstream.gateway.telephony.Base64Text;
import io.agentstream.gateway.telephony.PeerText;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.schemas.Json;
import java.nio.charset.StandardCharsets;

/// Writes the messages of the Twilio family: exactly the keys that it knows, because a superfluous one voids a message there.
public final class TwilioWriter implements TelephonyProvider.StreamWriter {

    private static final byte[] MEDIA_END = utf8("\"}}");

    private final String streamSidJson;
    private final byte[] mediaBegin;
    private final byte[] clear;

    public TwilioWriter(String streamSid) {
        streamSidJson = Json.MAPPER.writeValueAsString(streamSid);
        mediaBegin = utf8("{\"event\":\"media\",\"streamSid\":" + streamSidJson + ",\"media\":{\"payload\":\"");
        clear = utf8("{\"event\":\"clear\",\"streamSid\":" + streamSidJson + "}");
    }

    @Override
    public int mediaBytes(int audioBytes) {
        return mediaBegin.length + Base64Text.encodedBytes(audioBytes) + MEDIA_END.length;
    }

    @Override
    public int putMedia(byte[] out, int at, byte[] audio, int from, int length) {
        System.arraycopy(mediaBegin, 0, out, at, mediaBegin.length);
        int end = Base64Text.encode(audio, from, length, out, at + mediaBegin.length);
        System.arraycopy(MEDIA_END, 0, out, end, MEDIA_END.length);
        return end + MEDIA_END.length;
    }

    @Override
    public byte[] clear() {
        return clear.clone();
    }

    @Override
    public byte[] mark(String name) {
        return utf8("{\"event\":\"mark\",\"streamSid\":" + streamSidJson + ",\"mark\":{\"name\":"
                + Json.MAPPER.writeValueAsString(PeerText.clean(name)) + "}}");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
