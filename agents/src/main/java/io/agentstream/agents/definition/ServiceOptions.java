package io.agentstream.agents.definition;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which options each service has; what they may be at all says the schema. One that is added stands here, in the schema, and where `worker` puts it into the
/// service's words. Pure; any thread.
public final class ServiceOptions {

    static final JsonNode NONE = Json.MAPPER.createObjectNode();

    private static final Set<String> NOVA = Set.of("keyterms", "smart_format", "numerals", "profanity_filter");
    private static final Set<String> FLUX = Set.of("keyterms", "numerals", "eot_threshold", "eot_timeout_ms");

    private static final Map<String, Set<String>> BRAINS =
            Map.of("openai", Set.of("limit_name", "top_p", "reasoning_effort", "service_tier"), "anthropic", Set.of("top_p"));

    private static final Map<String, Set<String>> MOUTHS = Map.of(
            "elevenlabs", Set.of("speed", "stability", "similarity_boost", "style", "use_speaker_boost"),
            "cartesia", Set.of("speed", "volume", "emotion"),
            "openai", Set.of("speed", "instructions"));

    private static final Map<String, Range> SPEEDS =
            Map.of("elevenlabs", new Range(0.7, 1.2), "cartesia", new Range(0.6, 1.5), "openai", new Range(0.25, 4));

    private record Range(double least, double most) {}

    private ServiceOptions() {}

    /// Those of an ear that its service has.
    public static ObjectNode ofEar(Service ear) {
        return only(ear, ears(ear));
    }

    /// Those of a brain that its service has.
    public static ObjectNode ofBrain(Service brain) {
        return only(brain, BRAINS.getOrDefault(brain.service(), Set.of()));
    }

    /// Those of a mouth that its service has, and takes.
    public static ObjectNode ofMouth(Service mouth) {
        ObjectNode options = only(mouth, MOUTHS.getOrDefault(mouth.service(), Set.of()));
        if (!isSpeed(mouth)) {
            options.remove("speed");
        }
        return options;
    }

    private static Set<String> ears(Service ear) {
        String model = ear.model();
        return switch (ear.service()) {
            case "deepgram" -> model != null && model.startsWith("flux") ? FLUX : NOVA;
            case "openai" -> Set.of("keyterms");
            default -> Set.of();
        };
    }

    private static ObjectNode only(Service service, Set<String> known) {
        ObjectNode options = Json.MAPPER.createObjectNode();
        service.options().properties().stream()
                .filter(each -> known.contains(each.getKey()))
                .forEach(each -> options.set(each.getKey(), each.getValue()));
        return options;
    }

    private static boolean isSpeed(Service mouth) {
        Range range = SPEEDS.get(mouth.service());
        double speed = mouth.options().path("speed").doubleValue(1);
        return range == null || (speed >= range.least() && speed <= range.most());
    }

    static void check(Services services, Problems problems) {
        services.ears().forEach(each -> check("ear", services.ears(), each, ears(each), problems));
        services.brains().forEach(each -> check("brain", services.brains(), each, BRAINS.getOrDefault(each.service(), Set.of()), problems));
        services.mouths().forEach(each -> check("mouth", services.mouths(), each, MOUTHS.getOrDefault(each.service(), Set.of()), problems));
    }

    private static void check(String kind, List<Service> all, Service service, Set<String> known, Problems problems) {
        String at = "services." + kind + "." + all.indexOf(service) + ".options.";
        service.options().propertyNames().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> problems.add(at + name, "is no option of " + service.service() + (service.model() == null ? "" : " with this model")));
        Range range = SPEEDS.get(service.service());
        if (kind.equals("mouth") && range != null && !isSpeed(service)) {
            problems.add(at + "speed", "is not a number from " + range.least() + " to " + range.most() + ", which " + service.service() + " takes");
        }
    }
}
