package io.agentstream.agents.definition;

import io.agentstream.agents.definition.Node.Assigned;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings.Ambient;
import io.agentstream.agents.definition.Settings.Endpointing;
import io.agentstream.agents.definition.Settings.Filler;
import io.agentstream.agents.definition.Settings.FirstSpeaker;
import io.agentstream.agents.definition.Settings.Idle;
import io.agentstream.agents.definition.Settings.Interruption;
import io.agentstream.agents.definition.Settings.Trouble;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Makes values of JSON that has been checked and completed: nothing in it can be wrong any more. Pure; any thread.
final class GraphReader {

    private GraphReader() {}

    static Settings settings(JsonNode json) {
        Phrases phrases = Phrases.of(json.path("language").stringValue());
        JsonNode pause = json.path("endpointing");
        JsonNode idle = json.path("idle");
        JsonNode ambient = json.path("ambient");
        JsonNode filler = json.path("filler");
        JsonNode trouble = json.path("trouble");
        return new Settings(
                json.path("language").stringValue(),
                ZoneId.of(json.path("time_zone").stringValue()),
                word(json, "voice"),
                constant(FirstSpeaker.class, json, "first_speaker"),
                interruption(json.path("interruption")),
                new Endpointing(
                        number(pause, "min_ms"), number(pause, "max_ms"), number(pause, "short_answer_ms"),
                        pause.path("adapts").booleanValue()),
                new Idle(number(idle, "after_ms"), templates(idle.path("prompts")), word(idle, "go")),
                number(json, "max_call_ms"),
                ambient.isMissingNode()
                        ? null
                        : new Ambient(constant(Ambient.Sound.class, ambient, "sound"), number(ambient, "volume_percent")),
                filler.isMissingNode() ? null : new Filler(number(filler, "after_ms"), templates(filler.path("lines"))),
                json.path("speculative").booleanValue(),
                template(json, "farewell", phrases.farewell()),
                new Trouble(template(trouble, "say", phrases.apology()), word(trouble, "go")));
    }

    static Services services(JsonNode json) {
        return new Services(
                list(json.path("ear"), GraphReader::service),
                list(json.path("brain"), GraphReader::service),
                list(json.path("mouth"), GraphReader::service),
                list(json.path("realtime"), GraphReader::service));
    }

    private static Service service(JsonNode json) {
        return new Service(
                json.path("service").stringValue(),
                word(json, "model"),
                word(json, "base_url"),
                word(json, "voice"),
                word(json, "key"),
                json.has("temperature") ? json.path("temperature").doubleValue() : null,
                json.has("max_tokens") ? number(json, "max_tokens") : null,
                json.path("options").isObject() ? json.path("options").deepCopy() : ServiceOptions.NONE);
    }

    static Node node(String name, JsonNode json, Settings settings) {
        Node.Common common = new Node.Common(
                name,
                word(json, "outcome"),
                number(json, "max_visits"),
                json.has("interruption") ? interruption(json.path("interruption")) : settings.interruption(),
                word(json, "next"),
                list(json.path("edges"), GraphReader::edge));
        String type = json.path("type").stringValue();
        return switch (type) {
            case "say" -> new Node.Say(common, template(json, "say", ""));
            case "gather" -> new Node.Gather(
                    common, template(json, "say", ""), keys(json.path("keys")),
                    json.has("words") ? json.path("words").booleanValue() : !json.has("keys"),
                    word(json, "into"), number(json, "silence_ms"), number(json, "attempts"), template(json, "again"));
            case "agent" -> new Node.Agent(
                    common, template(json, "prompt", ""), template(json, "say"), list(json.path("tools"), JsonNode::stringValue),
                    number(json, "max_rounds"), number(json, "silence_ms"));
            case "capture" -> capture(common, json, settings);
            case "transfer" -> new Node.Transfer(
                    common, plan(json, settings), word(json, "on_success"), json.path("on_failure").stringValue());
            case "http" -> new Node.Http(common, call(json), word(json, "into"), template(json, "say"));
            case "set" -> new Node.Set(common, assigned(json));
            case "hangup" -> new Node.HangUp(common, template(json, "say"));
            default -> throw new IllegalStateException("a checked node of a type that there is not");
        };
    }

    private static Node.Capture capture(Node.Common common, JsonNode json, Settings settings) {
        CaptureKind what = constant(CaptureKind.class, json, "what");
        return new Node.Capture(
                common, what, json.path("into").stringValue(), template(json, "say", ""), template(json, "again"),
                json.has("read_back") ? json.path("read_back").booleanValue() : what != CaptureKind.YES_NO,
                template(json, "confirm", Phrases.of(settings.language()).confirm()),
                number(json, "attempts"), number(json, "silence_ms"), number(json, "min"), number(json, "max"),
                json.path("country").stringValue());
    }

    private static Node.@Nullable Keys keys(JsonNode json) {
        if (json.isMissingNode()) {
            return null;
        }
        String end = word(json, "end");
        return new Node.Keys(number(json, "min"), number(json, "max"), end == null ? null : end.charAt(0), number(json, "gap_ms"));
    }

    private static Map<String, Assigned> assigned(JsonNode json) {
        Map<String, Assigned> values = new LinkedHashMap<>();
        json.path("set").properties().forEach(each -> values.put(
                each.getKey(),
                each.getValue().isString()
                        ? new Assigned.Text(parsed(each.getValue().stringValue()))
                        : new Assigned.Fixed(each.getValue())));
        json.path("add").properties()
                .forEach(each -> values.put(each.getKey(), new Assigned.Plus(each.getValue().decimalValue())));
        return Collections.unmodifiableMap(values);
    }

    private static Edge edge(JsonNode json) {
        String go = json.path("go").stringValue();
        String on = json.path("on").stringValue();
        return switch (on) {
            case "key" -> {
                String key = json.path("key").stringValue();
                yield new Edge.Key(key.length() == 1 ? key.charAt(0) : null, go);
            }
            case "intent" -> new Edge.Intent(
                    json.path("intent").stringValue(), word(json, "description"), list(json.path("words"), JsonNode::stringValue), go);
            case "condition" -> new Edge.When(
                    ConditionParser.read(json.path("if").stringValue()).condition().orElseThrow(), go);
            case "silence" -> new Edge.Silence(go);
            case "error" -> new Edge.Failed(json.has("error") ? constant(Fault.class, json, "error") : null, go);
            case "limit" -> new Edge.Limit(go);
            default -> throw new IllegalStateException("a checked edge of a kind that there is not");
        };
    }

    static Tool tool(String name, JsonNode json, Settings settings) {
        String description = json.path("description").asString("");
        String type = json.path("type").stringValue();
        return switch (type) {
            case "http" -> new Tool.Http(
                    name, description, parameters(json.path("parameters")), call(json), word(json, "into"), template(json, "say"));
            case "mcp" -> new Tool.Mcp(
                    name, json.path("url").stringValue(), word(json, "key"), word(json, "key_header"),
                    ordered(list(json.path("allow"), JsonNode::stringValue)), number(json, "timeout_ms"), number(json, "max_bytes"));
            case "transfer" -> new Tool.Transfer(name, description, plan(json, settings), word(json, "on_failure"));
            case "hangup" -> new Tool.HangUp(name, description, template(json, "say"));
            case "send_dtmf" -> new Tool.SendDtmf(name, description, word(json, "keys"));
            case "set_variable" -> new Tool.SetVariable(name, description, parameters(json.path("variables")));
            case "end_with_outcome" -> new Tool.EndWithOutcome(
                    name, description, list(json.path("outcomes"), JsonNode::stringValue), template(json, "say"));
            default -> throw new IllegalStateException("a checked tool of a type that there is not");
        };
    }

    private static Map<String, Tool.Parameter> parameters(JsonNode json) {
        Map<String, Tool.Parameter> parameters = new LinkedHashMap<>();
        json.properties().forEach(each -> parameters.put(each.getKey(), new Tool.Parameter(
                constant(Tool.Parameter.Type.class, each.getValue(), "type"),
                each.getValue().path("description").stringValue(),
                each.getValue().path("required").booleanValue(),
                list(each.getValue().path("values"), JsonNode::stringValue))));
        return Collections.unmodifiableMap(parameters);
    }

    private static TransferPlan plan(JsonNode json, Settings settings) {
        Phrases phrases = Phrases.of(settings.language());
        boolean warm = json.path("kind").stringValue().equals("warm");
        return new TransferPlan(
                warm
                        ? new TransferPlan.Warm(
                                template(json, "summary"), parsed(phrases.inBrief()), parsed(phrases.take()),
                                json.has("hold") || settings.filler() == null ? template(json, "hold", phrases.hold()) : null, settings.language())
                        : null,
                template(json, "to", ""), template(json, "say"), number(json, "ring_ms"));
    }

    private static HttpCall call(JsonNode json) {
        Map<String, Template> headers = new LinkedHashMap<>();
        json.path("headers").properties().forEach(each -> headers.put(each.getKey(), parsed(each.getValue().stringValue())));
        return new HttpCall(
                HttpCall.Method.valueOf(json.path("method").stringValue()), template(json, "url", ""),
                Collections.unmodifiableMap(headers), json.has("body") ? json.path("body").deepCopy() : null, word(json, "key"),
                word(json, "key_header"), number(json, "timeout_ms"), number(json, "max_bytes"), number(json, "retries"));
    }

    private static Interruption interruption(JsonNode json) {
        String by = json.path("by").stringValue();
        return switch (by) {
            case "off" -> new Interruption.Off();
            case "words" -> new Interruption.Words(number(json, "words"));
            case "speech" -> new Interruption.Speech(number(json, "ms"));
            default -> throw new IllegalStateException("a checked interruption of a kind that there is not");
        };
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json, String field) {
        return Enum.valueOf(type, json.path(field).stringValue().toUpperCase(Locale.ROOT));
    }

    private static int number(JsonNode json, String field) {
        return (int) json.path(field).doubleValue(0);
    }

    private static @Nullable String word(JsonNode json, String field) {
        return json.has(field) ? json.path(field).stringValue() : null;
    }

    private static @Nullable Template template(JsonNode json, String field) {
        return json.has(field) ? parsed(json.path(field).stringValue()) : null;
    }

    private static Template template(JsonNode json, String field, String fallback) {
        return parsed(json.path(field).asString(fallback));
    }

    private static Template parsed(String text) {
        return Template.parse(text).orElseThrow(() -> new IllegalStateException("a text that was not checked"));
    }

    private static List<Template> templates(JsonNode json) {
        return list(json, each -> parsed(each.stringValue()));
    }

    private static <T> List<T> list(JsonNode json, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        json.forEach(each -> all.add(read.apply(each)));
        return List.copyOf(all);
    }

    private static Set<String> ordered(List<String> words) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(words));
    }
}
