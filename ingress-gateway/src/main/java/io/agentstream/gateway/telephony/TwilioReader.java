package io.agentstream.gateway.telephony;

import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.Slice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads the messages of the Twilio family with the real parser: strict about what we need, easy about everything else.
final class TwilioReader {

    private static final int MAX_TRACKS = 8;
    private static final int MAX_PARAMETERS = 100;
    private static final int MAX_PARAMETER_CHARS = 4_096;
    private static final String KEYS = "0123456789*#ABCD";

    private static final ProviderMessage MALFORMED = new ProviderMessage.Malformed();
    private static final ProviderMessage IGNORED = new ProviderMessage.Ignored();

    private TwilioReader() {}

    static ProviderMessage read(TelephonyProvider provider, byte[] text, int from, int to) {
        JsonNode message;
        try {
            message = Json.MAPPER.readTree(text, from, to - from);
        } catch (JacksonException notJson) {
            return MALFORMED;
        }
        if (message == null || !message.isObject()) {
            return MALFORMED;
        }
        String event = text(message.get("event"));
        return switch (event == null ? "" : event) {
            case "" -> event == null ? MALFORMED : IGNORED;
            case "connected" -> new ProviderMessage.Connected();
            case "start" -> start(provider, message.get("start"));
            case "media" -> media(message.get("media"));
            case "dtmf" -> digit(message.get("dtmf"));
            case "mark" -> mark(message.get("mark"));
            case "stop" -> new ProviderMessage.Stop();
            default -> IGNORED;
        };
    }

    private static ProviderMessage media(@Nullable JsonNode media) {
        if (media == null || !media.isObject()) {
            return MALFORMED;
        }
        String payload = text(media.get("payload"));
        if (payload == null) {
            return MALFORMED;
        }
        byte[] base64 = payload.getBytes(StandardCharsets.UTF_8);
        int length = Base64Text.decodedBytes(base64, 0, base64.length);
        byte[] audio = new byte[Math.max(length, 0)];
        if (length < 0 || !Base64Text.decode(base64, 0, base64.length, audio, 0)) {
            return MALFORMED;
        }
        String track = text(media.get("track"));
        boolean ours = track == null || !track.startsWith("outbound");
        return ours && length > 0
                ? new ProviderMessage.Audio(milliseconds(media.get("timestamp")), Slice.of(audio))
                : IGNORED;
    }

    /// The provider's clock is good to have, so what cannot be read is as if it were not there.
    private static long milliseconds(@Nullable JsonNode timestamp) {
        if (timestamp == null || (!timestamp.isString() && !timestamp.isIntegralNumber())) {
            return ProviderMessage.Audio.NO_TIME;
        }
        String digits = timestamp.asString();
        boolean plain = !digits.isEmpty()
                && digits.length() <= 15
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? Long.parseLong(digits) : ProviderMessage.Audio.NO_TIME;
    }

    private static ProviderMessage digit(@Nullable JsonNode dtmf) {
        String digit = dtmf == null ? null : text(dtmf.get("digit"));
        if (digit == null) {
            return MALFORMED;
        }
        if (digit.length() != 1) {
            return IGNORED;
        }
        char key = digit.charAt(0) >= 'a' && digit.charAt(0) <= 'd'
                ? (char) (digit.charAt(0) - 'a' + 'A')
                : digit.charAt(0);
        return KEYS.indexOf(key) < 0 ? IGNORED : new ProviderMessage.Digit(key);
    }

    private static ProviderMessage mark(@Nullable JsonNode mark) {
        String name = mark == null ? null : text(mark.get("name"));
        return name == null ? MALFORMED : new ProviderMessage.MarkEcho(name);
    }

    private static ProviderMessage start(TelephonyProvider provider, @Nullable JsonNode start) {
        if (start == null || !start.isObject()) {
            return new ProviderMessage.Start(null);
        }
        String accountSid = text(start.get("accountSid"));
        return new ProviderMessage.Start(new StreamDetails(
                PeerText.identifier(text(start.get("streamSid"))),
                PeerText.identifier(text(start.get("callSid"))),
                PeerText.identifier(text(start.get("session"))),
                accountSid == null ? null : provider.domain(accountSid),
                PeerText.name(text(start.get("from"))),
                PeerText.name(text(start.get("to"))),
                PeerText.name(text(start.get("context"))),
                tracks(start.get("tracks")),
                format(start.get("mediaFormat")),
                parameters(start.get("customParameters"))));
    }

    private static List<String> tracks(@Nullable JsonNode tracks) {
        List<String> names = new ArrayList<>();
        if (tracks != null && tracks.isArray()) {
            for (JsonNode track : tracks) {
                String name = PeerText.name(text(track));
                if (name != null && names.size() < MAX_TRACKS) {
                    names.add(name);
                }
            }
        }
        return List.copyOf(names);
    }

    private static MediaFormat format(@Nullable JsonNode format) {
        MediaFormat usual = MediaFormat.MULAW_8K;
        if (format == null || !format.isObject()) {
            return usual;
        }
        String encoding = PeerText.name(text(format.get("encoding")));
        return new MediaFormat(
                encoding == null ? usual.encoding() : encoding,
                number(format.get("sampleRate"), usual.sampleRate()),
                number(format.get("channels"), usual.channels()));
    }

    private static int number(@Nullable JsonNode value, int usual) {
        return value != null && value.isIntegralNumber() && value.canConvertToInt() && value.asInt() > 0
                ? value.asInt()
                : usual;
    }

    private static Map<String, String> parameters(@Nullable JsonNode parameters) {
        Map<String, String> values = new LinkedHashMap<>();
        if (parameters != null && parameters.isObject()) {
            for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
                JsonNode value = parameter.getValue();
                String name = PeerText.identifier(parameter.getKey());
                String text = value.isValueNode() && !value.isNull() ? value.asString() : null;
                if (name != null && text != null && text.length() <= MAX_PARAMETER_CHARS && values.size() < MAX_PARAMETERS) {
                    values.put(name, PeerText.clean(text));
                }
            }
        }
        return values;
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value != null && value.isString() ? value.asString() : null;
    }
}
