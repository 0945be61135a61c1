package io.agentstream.gateway.telephony.twilio;

import io.agentstream.gateway.telephony.PeerText;
import io.agentstream.gateway.telephony.ProviderMessage.StreamDetails;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads the `start` object of the Twilio family. Nothing of it vanishes without a word: what is longer than its limit is cut, what
/// is more than its limit is left out, and both are said.
final class TwilioStart {

    static final int MAX_TRACKS = 8;
    static final int MAX_PARAMETERS = 100;
    static final int MAX_PARAMETER_CHARS = 4_096;
    /// Sentences about what was cut; the last one says that there would be more.
    static final int MAX_CUTS = 20;

    private final List<String> cut = new ArrayList<>();

    private TwilioStart() {}

    static @Nullable StreamDetails read(TelephonyProvider provider, @Nullable JsonNode start) {
        return start == null || !start.isObject() ? null : new TwilioStart().details(provider, start);
    }

    private StreamDetails details(TelephonyProvider provider, JsonNode start) {
        String session = textOrNumber(start.get("session"));
        // Another session in place of the one that cannot be taken would be somebody else's call.
        boolean unusable = isGiven(start.get("session")) && (session == null || WellFormed.characters(session) > PeerText.MAX_CHARS);
        String accountSid = text(start.get("accountSid"));
        return new StreamDetails(
                unusable ? null : PeerText.identifier(text(start.get("streamSid"))),
                unusable ? null : PeerText.identifier(text(start.get("callSid"))),
                unusable ? null : PeerText.identifier(session),
                accountSid == null ? null : provider.domain(accountSid),
                name("from", start.get("from")),
                name("to", start.get("to")),
                name("context", start.get("context")),
                tracks(start.get("tracks")),
                MediaFormats.read(start.get("mediaFormat")),
                parameters(start.get("customParameters")),
                List.copyOf(cut));
    }

    private static boolean isGiven(@Nullable JsonNode value) {
        return value != null && !value.isNull() && !(value.isString() && value.asString().isBlank());
    }

    private @Nullable String name(String key, @Nullable JsonNode value) {
        String text = textOrNumber(value);
        int characters = text == null ? 0 : WellFormed.characters(text.strip());
        if (characters > PeerText.MAX_CHARS) {
            said(key + ": " + PeerText.MAX_CHARS + " of " + characters + " characters kept");
        }
        return PeerText.name(text);
    }

    private List<String> tracks(@Nullable JsonNode tracks) {
        List<String> names = new ArrayList<>();
        int more = 0;
        if (tracks != null && tracks.isArray()) {
            for (JsonNode track : tracks) {
                String name = PeerText.name(text(track));
                if (name != null && names.size() < MAX_TRACKS) {
                    names.add(name);
                } else if (name != null) {
                    more++;
                }
            }
        }
        if (more > 0) {
            said("tracks: " + MAX_TRACKS + " of " + (MAX_TRACKS + more) + " kept");
        }
        return List.copyOf(names);
    }

    private Map<String, String> parameters(@Nullable JsonNode parameters) {
        Map<String, String> values = new LinkedHashMap<>();
        if (parameters == null || !parameters.isObject()) {
            return values;
        }
        int more = 0;
        for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
            String name = PeerText.identifier(parameter.getKey());
            JsonNode value = parameter.getValue();
            if (value.isNull()) {
                continue; // that is how a document says that there is none
            }
            if (name == null) {
                said("custom parameter left out, its name is empty or longer than " + PeerText.MAX_CHARS + " characters");
            } else if (values.size() == MAX_PARAMETERS) {
                more++;
            } else {
                values.put(name, parameter(name, value.isValueNode() ? value.asString() : value.toString()));
            }
        }
        if (more > 0) {
            said("custom parameters: " + MAX_PARAMETERS + " of " + (MAX_PARAMETERS + more) + " kept");
        }
        return values;
    }

    private String parameter(String name, String text) {
        int characters = WellFormed.characters(text);
        if (characters > MAX_PARAMETER_CHARS) {
            said("custom parameter " + name + ": " + MAX_PARAMETER_CHARS + " of " + characters + " characters kept");
        }
        return PeerText.text(WellFormed.firstCharacters(text, MAX_PARAMETER_CHARS));
    }

    private void said(String what) {
        if (cut.size() < MAX_CUTS - 1) {
            cut.add(what);
        } else if (cut.size() == MAX_CUTS - 1) {
            cut.add("and more");
        }
    }

    /// Text, or a whole number as text: some write numbers without quotes.
    static @Nullable String textOrNumber(@Nullable JsonNode value) {
        return value != null && (value.isString() || value.isIntegralNumber()) ? value.asString() : null;
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value != null && value.isString() ? value.asString() : null;
    }
}
