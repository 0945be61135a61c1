package io.agentstream.gateway.telephony.twilio;

import io.agentstream.gateway.telephony.PeerText;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.WellFormed;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads what providers write about the encoding of a call's audio. Absent is what is usual in telephony; the usual spellings of the
/// format that we speak become ours, and every other format stays what it is, for whoever refuses the call.
final class MediaFormats {

    /// G.711 mu-law without what people put around and into its name: media type, experimental mark, hyphens, dots and case. `basic`
    /// is the media type of RFC 2046, section 4.3.
    private static final Set<String> MU_LAW = Set.of(
            "mulaw", "ulaw", "\u03bclaw", "\u00b5law", "pcmu", "pcmmulaw", "pcmulaw", "g711u", "g711ulaw", "g711mulaw", "g711mu", "basic",
            "mulaw8000", "ulaw8000", "pcmu8000");

    /// What stands for a number that is none.
    private static final int NO_NUMBER = 0;

    private static final int MAX_ENCODING_CHARS = 64;

    private MediaFormats() {}

    static MediaFormat read(@Nullable JsonNode format) {
        MediaFormat usual = MediaFormat.MULAW_8K;
        if (format == null || format.isNull() || (format.isContainer() && format.isEmpty())) {
            return usual;
        }
        if (format.isString()) {
            return read(format.asString(), usual.sampleRate(), usual.channels());
        }
        if (!format.isObject()) {
            return new MediaFormat("", NO_NUMBER, NO_NUMBER);
        }
        JsonNode encoding = format.get("encoding");
        boolean named = encoding != null && !encoding.isNull();
        return read(
                !named ? usual.encoding() : encoding.isString() ? encoding.asString() : "",
                number(format.get("sampleRate"), usual.sampleRate()),
                number(format.get("channels"), usual.channels()));
    }

    private static MediaFormat read(String encoding, int sampleRate, int channels) {
        String[] parts = encoding.split(";", -1);
        int rate = sampleRate;
        int count = channels;
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace(" ", "").toLowerCase(Locale.ROOT);
            rate = parameter(parameter, "rate=", rate);
            count = parameter(parameter, "channels=", count);
        }
        return new MediaFormat(isMuLaw(parts[0]) ? MediaFormat.MULAW_8K.encoding() : shown(encoding), rate, count);
    }

    private static boolean isMuLaw(String name) {
        String bare = name.strip().toLowerCase(Locale.ROOT);
        bare = bare.startsWith("audio/") ? bare.substring("audio/".length()) : bare;
        bare = bare.startsWith("x-") ? bare.substring("x-".length()) : bare;
        return MU_LAW.contains(bare.replaceAll("[-_. ]", ""));
    }

    private static String shown(String encoding) {
        String name = PeerText.name(WellFormed.firstCharacters(encoding, MAX_ENCODING_CHARS));
        return name == null ? "" : name;
    }

    private static int parameter(String text, String key, int otherwise) {
        return text.startsWith(key) ? number(text.substring(key.length())) : otherwise;
    }

    private static int number(@Nullable JsonNode value, int usual) {
        if (value == null || value.isNull()) {
            return usual;
        }
        String text = TwilioStart.textOrNumber(value);
        return text == null ? NO_NUMBER : number(text.strip());
    }

    private static int number(String digits) {
        boolean plain = !digits.isEmpty() && digits.length() <= 6 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? Integer.parseInt(digits) : NO_NUMBER;
    }
}
