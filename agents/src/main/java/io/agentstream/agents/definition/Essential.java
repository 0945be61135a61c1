package io.agentstream.agents.definition;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// The fields of a definition that nothing stands for: without one an agent would do what its author did not want, and only a log would tell. A stored definition in which
/// today's rules refuse one is not run; what else they refuse is passed over ([Stored]). A field that comes into the schema belongs here where an agent without it would
/// reach somebody else, may do more, ask or say something else, or go another way; where it is only less comfortable it does not. Pure; any thread.
final class Essential {

    /// Names with dots between them, from the document down, and `|` between names that are as good; `*` is any name or number, `**` all that is below.
    static final List<Field> FIELDS = Stream.of(
                    // A service without its address is asked at the vendor's own, and then may have the operator's key too; without its key it is asked by nobody in
                    // particular; behind one that is left out stands another. A caller is given to whom the author says, and in the way that he says.
                    fields("callers, their words, and keys would go to somebody else",
                            "services", "services.ear|brain|mouth|realtime", "services.ear|brain|mouth|realtime.*",
                            "services.ear|brain|mouth|realtime.*.service|base_url|key", "tools|nodes.*.url|key|key_header|to|kind"),
                    // A tool without its limits is one for everything, and a parameter that is left out is nothing in a request: of `/orders/{{id}}` remain all orders.
                    fields("the agent could do more than it may, or could not do what it is to",
                            "tools", "tools.*", "tools.*.type|allow|keys", "tools.*.allow.*", "tools.*.parameters|variables", "tools.*.parameters|variables.*",
                            "tools.*.parameters|variables.*.type|values", "tools.*.parameters|variables.*.values.*", "nodes.*.tools", "nodes.*.tools.*"),
                    fields("other systems would be asked for something else",
                            "tools|nodes.*.method|headers|body", "tools|nodes.*.headers.*", "tools|nodes.*.body.**"),
                    // What the author wants said, as that a call is recorded, what a model is told to do and not to do, and as what callers are understood.
                    fields("callers would be told, or understood as, something else",
                            "prompt", "nodes.*.prompt|say", "variables", "variables.*", "settings.language|time_zone", "nodes.*.what|country"),
                    fields("the conversation would go another way",
                            "start", "nodes", "nodes.*", "nodes.*.type|next|on_success|on_failure|into|edges", "tools.*.on_failure|into", "nodes.*.edges.*",
                            "nodes.*.edges.*.on|key|intent|description|words|if|error|go", "nodes.*.edges.*.words.*", "nodes.*.set|add", "nodes.*.set|add.*",
                            "nodes.*.keys|words|min|max", "nodes.*.keys.min|max|end", "nodes.*.on_digit|on_speech|hang_up", "nodes.*.on_digit.*"))
            .flatMap(List::stream)
            .toList();

    private static final String ANY = "*";
    private static final String ALL_BELOW = "**";

    private Essential() {}

    /// Some fields, by where they stand.
    ///
    /// @param names from the document down: of each those that it may have
    /// @param without what would be without such a field, for a log
    record Field(List<List<String>> names, String without) {

        private static Field of(String written, String without) {
            return new Field(Stream.of(written.split("\\.", -1)).map(each -> List.of(each.split("\\|", -1))).toList(), without);
        }

        boolean isAt(List<String> place) {
            if (names.getLast().contains(ALL_BELOW) ? place.size() < names.size() : place.size() != names.size()) {
                return false;
            }
            for (int n = 0; n < names.size(); n++) {
                List<String> here = names.get(n);
                if (!here.contains(ANY) && !here.contains(ALL_BELOW) && !here.contains(place.get(n))) {
                    return false;
                }
            }
            return true;
        }
    }

    private static List<Field> fields(String without, String... written) {
        return Stream.of(written).map(each -> Field.of(each, without)).toList();
    }

    /// What keeps that which stands at this place from being passed over; nothing: it may be.
    ///
    /// @param place names, and numbers in lists, from the document down
    /// @param value what stands there: it may be no such field, and have one in it
    static Optional<Field> in(List<String> place, JsonNode value) {
        for (Field each : FIELDS) {
            if (each.isAt(place)) {
                return Optional.of(each);
            }
        }
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            Optional<Field> within = in(below(place, each.getKey()), each.getValue());
            if (within.isPresent()) {
                return within;
            }
        }
        for (int n = 0; value.isArray() && n < value.size(); n++) {
            Optional<Field> within = in(below(place, Integer.toString(n)), value.path(n));
            if (within.isPresent()) {
                return within;
            }
        }
        return Optional.empty();
    }

    static List<String> below(List<String> place, String name) {
        return Stream.concat(place.stream(), Stream.of(name)).toList();
    }
}
