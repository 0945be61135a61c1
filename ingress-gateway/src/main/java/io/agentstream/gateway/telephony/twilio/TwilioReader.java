package io.agentstream.gateway.telephony.twilio;

import io.agentstream.gateway.telephony.InboundAudio;
import io.agentstream.gateway.telephony.OddMessage;
import io.agentstream.gateway.telephony.PeerText;
import io.agentstream.gateway.telephony.ProviderMessage;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the messages of the Twilio family: the usual audio with the scanner, all else with the real parser. Strict about what we
/// need, easy about everything else; of a key that stands twice the last one holds.
public final class TwilioReader {

    private static final String KEYS = "0123456789*#ABCD";

    /// Deepest nesting of a message; deeper ones are malformed.
    static final int MAX_DEPTH = 500;

    /// Longest number and longest name: as long as the longest message that a gateway can be told to take.
    private static final int MAX_CHARS = 1 << 20;

    private static final JsonMapper PEERS = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_CHARS)
                            .maxNameLength(MAX_CHARS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ProviderMessage AUDIO = new ProviderMessage.Audio();
    private static final ProviderMessage IGNORED = new ProviderMessage.Ignored();
    private static final ProviderMessage TOO_LONG = new ProviderMessage.Forbidden(Failure.MESSAGE_TOO_BIG);

    private TwilioReader() {}

    /// Reads any message, as [TelephonyProvider#read] has it.
    ///
    /// @param provider whose domains these are
    public static ProviderMessage read(TelephonyProvider provider, byte[] text, int from, int to, InboundAudio audio) {
        return TwilioAudioScanner.find(text, from, to, audio)
                ? result(audio.decodeFound(text))
                : parsed(provider, text, from, to, audio);
    }

    /// What the real parser makes of a message.
    static ProviderMessage parsed(TelephonyProvider provider, byte[] text, int from, int to, InboundAudio audio) {
        JsonNode message;
        try {
            message = tree(text, from, to);
        } catch (JacksonException notJson) {
            return new ProviderMessage.Odd(OddMessage.MALFORMED);
        }
        if (message == null || message.isMissingNode()) {
            return new ProviderMessage.Odd(OddMessage.EMPTY);
        }
        if (!message.isObject()) {
            return new ProviderMessage.Odd(OddMessage.MALFORMED);
        }
        JsonNode event = message.get("event");
        if (event == null || !event.isString()) {
            return mistyped();
        }
        return switch (event.asString()) {
            case "connected" -> new ProviderMessage.Connected();
            case "start" -> new ProviderMessage.Start(TwilioStart.read(provider, message.get("start")));
            case "media" -> media(message.get("media"), audio);
            case "dtmf" -> digit(message.get("dtmf"));
            case "mark" -> mark(message.get("mark"));
            case "stop" -> new ProviderMessage.Stop();
            default -> new ProviderMessage.Odd(OddMessage.UNKNOWN);
        };
    }

    /// What our own documents may not have, a peer's may: no parser takes a name with half of a surrogate pair, and our topics no
    /// deep document and no number of a thousand digits. What of it is kept is text.
    private static @Nullable JsonNode tree(byte[] text, int from, int to) {
        try {
            return Json.MAPPER.readTree(text, from, to - from);
        } catch (JacksonException strict) {
            return PEERS.readTree(PeerText.wholeEscapes(new String(text, from, to - from, StandardCharsets.UTF_8)));
        }
    }

    private static ProviderMessage media(@Nullable JsonNode media, InboundAudio audio) {
        if (media == null || !media.isObject()) {
            return mistyped();
        }
        if (!isOurs(media.get("track"))) {
            return IGNORED;
        }
        String payload = text(media.get("payload"));
        if (payload == null) {
            return mistyped();
        }
        byte[] base64 = payload.getBytes(StandardCharsets.UTF_8);
        audio.at(milliseconds(media.get("timestamp")));
        return result(audio.decode(base64, 0, base64.length));
    }

    private static ProviderMessage result(InboundAudio.Outcome outcome) {
        return switch (outcome) {
            case DECODED -> AUDIO;
            case EMPTY -> IGNORED;
            case NOT_BASE64 -> new ProviderMessage.Odd(OddMessage.BAD_AUDIO);
            case TOO_LONG -> TOO_LONG;
        };
    }

    /// Only the caller's own track is heard: `inbound`, `inbound_track`, in any case, or none named.
    private static boolean isOurs(@Nullable JsonNode track) {
        String name = text(track);
        return name == null || name.isBlank() || name.strip().toLowerCase(Locale.ROOT).startsWith("inbound");
    }

    /// The provider's clock is good to have, so what cannot be read is as if it were not there.
    private static long milliseconds(@Nullable JsonNode timestamp) {
        String digits = TwilioStart.textOrNumber(timestamp);
        boolean plain = digits != null
                && !digits.isEmpty()
                && digits.length() <= 15
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? Long.parseLong(digits) : InboundAudio.NO_TIME;
    }

    private static ProviderMessage digit(@Nullable JsonNode dtmf) {
        if (dtmf == null || !dtmf.isObject()) {
            return mistyped();
        }
        String digit = TwilioStart.textOrNumber(dtmf.get("digit"));
        String key = digit == null ? "" : digit.strip().toUpperCase(Locale.ROOT);
        return key.length() == 1 && KEYS.contains(key) ? new ProviderMessage.Digit(key.charAt(0)) : mistyped();
    }

    private static ProviderMessage mark(@Nullable JsonNode mark) {
        String name = mark == null ? null : text(mark.get("name"));
        return name == null ? mistyped() : new ProviderMessage.MarkEcho(name);
    }

    private static ProviderMessage mistyped() {
        return new ProviderMessage.Odd(OddMessage.MISTYPED);
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value != null && value.isString() ? value.asString() : null;
    }
}
