package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import io.agentstream.agents.definition.AgentGraph.Engine;
import io.agentstream.agents.definition.AgentGraph.Parsed;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Checks the document of an [AgentGraph]: its form by the published schema, then what a schema cannot say. What is wrong in one place
/// hides nothing that is wrong in another. For one use by one thread.
final class GraphParser implements SchemaCheck.Texts {

    static final int MAX_PROBLEMS = 50;

    private static final AgentSchema SCHEMA = AgentSchema.PUBLISHED;
    private static final String NODES = "nodes";
    private static final String TOOLS = "tools";
    private static final String OUTCOMES = "outcomes";
    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();

    private final JsonNode json;
    private final Problems problems = new Problems(MAX_PROBLEMS);
    /// What is wrong, and does not keep a graph from being made.
    private final Problems unfit;
    private final boolean stored;

    /// Where each variable is named first, by its name.
    private final Map<String, String> named = new LinkedHashMap<>();

    private GraphParser(JsonNode json, boolean stored) {
        this.json = json;
        this.stored = stored;
        this.unfit = stored ? new Problems(MAX_PROBLEMS) : problems;
    }

    /// @param stored whether it was accepted before: then what could be better does not keep it from being a graph, and stands in the warnings
    static Parsed parse(JsonNode json, boolean stored) {
        if (!json.isObject()) {
            return new Parsed.Invalid(List.of(new Problem("", "is not an object")));
        }
        Optional<Engine> engine = Engine.of(json.path("engine").asString(""));
        return engine.isEmpty()
                ? new Parsed.Invalid(List.of(new Problem("engine", "is not one of cascade, realtime")))
                : new GraphParser(json, stored).parse(engine.get());
    }

    /// What is wrong with the form of a document, as far as a schema can say it.
    static List<Problem> form(String definition, JsonNode json) {
        Problems problems = new Problems(MAX_PROBLEMS);
        new SchemaCheck(SCHEMA, problems, Unread.TEXTS).check(SCHEMA.definition(definition), json, "");
        return problems.list();
    }

    private Parsed parse(Engine engine) {
        JsonNode schema = SCHEMA.definition(engine.word());
        new SchemaCheck(SCHEMA, problems, this).check(schema, json, "");
        Secrets.find(json, unfit);
        bodies(NODES);
        bodies(TOOLS);
        timeZone();
        if (problems.isFull()) {
            return new Parsed.Invalid(problems.list());
        }
        JsonNode of = schema.path("properties");
        Settings settings = GraphReader.settings(sound("settings", of));
        Services services = GraphReader.services(sound("services", of));
        Map<String, Tool> tools = new LinkedHashMap<>();
        entries(TOOLS, of).properties()
                .forEach(each -> tools.put(each.getKey(), GraphReader.tool(each.getKey(), each.getValue(), settings)));
        Map<String, Node> nodes = new LinkedHashMap<>();
        entries(NODES, of).properties()
                .forEach(each -> nodes.put(each.getKey(), GraphReader.node(each.getKey(), each.getValue(), settings)));
        AgentGraph graph = new AgentGraph(
                engine, settings, services, Template.parse(text("prompt")).orElseGet(() -> new Template("", List.of())),
                variables(), Collections.unmodifiableSet(outcomes()), Collections.unmodifiableMap(tools), text("start"),
                Collections.unmodifiableMap(nodes));
        new GraphChecks(graph, json, unfit).check(!problems.isBad("services"));
        if (!problems.isEmpty()) {
            return new Parsed.Invalid(problems.list());
        }
        if (stored) {
            return new Parsed.Valid(graph, unfit.list());
        }
        Problems odd = new Problems(MAX_PROBLEMS);
        new GraphWarnings(graph, odd).find(named);
        return new Parsed.Valid(graph, odd.list());
    }

    /// A part with its defaults; nothing but defaults where anything is wrong with it.
    private JsonNode sound(String part, JsonNode of) {
        JsonNode schema = of.path(part);
        JsonNode given = json.path(part);
        return SCHEMA.complete(schema, given.isObject() && !problems.isBad(part) ? given : NOTHING);
    }

    /// The entries of a table that are sound, with their defaults; none where the table itself is wrong.
    private JsonNode entries(String table, JsonNode of) {
        ObjectNode good = JsonNodeFactory.instance.objectNode();
        if (!problems.has(table)) {
            json.path(table).properties().stream()
                    .filter(each -> !problems.isBad(child(table, each.getKey())))
                    .forEach(each -> good.set(each.getKey(), each.getValue()));
        }
        return SCHEMA.complete(of.path(table), good);
    }

    private String text(String field) {
        return json.path(field).asString("");
    }

    private Map<String, JsonNode> variables() {
        Map<String, JsonNode> variables = new LinkedHashMap<>();
        json.path("variables").properties().forEach(each -> variables.put(each.getKey(), each.getValue()));
        return Collections.unmodifiableMap(variables);
    }

    private Set<String> outcomes() {
        Set<String> outcomes = new LinkedHashSet<>();
        json.path(OUTCOMES).forEach(each -> outcomes.add(each.asString("")));
        return outcomes;
    }

    @Override
    public void refers(String at, String kind, String name) {
        if (kind.equals(OUTCOMES)) {
            if (!outcomes().isEmpty() && !outcomes().contains(name)) {
                problems.add(at, "is not one of the outcomes");
            }
        } else if (json.path(kind).isObject() && !json.path(kind).has(name)) { // that there are none is said already, where it matters
            problems.add(at, kind.equals(NODES) ? "leads to a node that there is not" : "names a tool that there is not");
        } else if (kind.equals(TOOLS) && json.path(kind).isMissingNode()) {
            problems.add(at, "names a tool that there is not");
        }
    }

    @Override
    public void template(String at, String text) {
        Optional<Template> template = Template.parse(text);
        if (template.isEmpty()) {
            problems.add(at, "has braces that are no variable such as {{caller_number}}");
        } else {
            template.get().variables().forEach(name -> variable(at, name));
        }
    }

    @Override
    public void condition(String at, String text) {
        ConditionParser.Read read = ConditionParser.read(text);
        if (read.condition().isEmpty()) {
            problems.add(at, read.problem());
        } else {
            names(read.condition().get()).forEach(name -> variable(at, name));
        }
    }

    private static Stream<String> names(Condition condition) {
        return switch (condition) {
            case Condition.And and -> and.parts().stream().flatMap(GraphParser::names);
            case Condition.Or or -> or.parts().stream().flatMap(GraphParser::names);
            case Condition.Not not -> names(not.part());
            case Condition.Holds holds -> names(holds.value());
            case Condition.Compare compare -> Stream.concat(names(compare.left()), names(compare.right()));
        };
    }

    private static Stream<String> names(Condition.Operand operand) {
        return operand instanceof Condition.Operand.Variable variable ? Stream.of(variable.name()) : Stream.of();
    }

    private void variable(String at, String name) {
        String[] steps = name.split("\\.", 2);
        List<String> known = Values.NAMESPACES.get(steps[0]);
        if (known == null) {
            named.putIfAbsent(steps[0], at);
        } else if (steps.length < 2 || !known.contains(steps[1])) {
            unfit.add(at, "names {{" + name + "}}, but of " + steps[0] + " there is only " + String.join(", ", known));
        }
    }

    /// Bodies have any form, and templates in their texts.
    private void bodies(String part) {
        json.path(part).properties().forEach(each -> body(child(child(part, each.getKey()), "body"), each.getValue().path("body"), 0));
    }

    private void body(String at, JsonNode value, int depth) {
        if (depth > Templates.MAX_BODY_DEPTH) {
            problems.add(at, "is nested deeper than " + Templates.MAX_BODY_DEPTH);
        } else if (value.isString()) {
            template(at, value.stringValue());
        } else if (value.isArray()) {
            int index = 0;
            for (JsonNode item : value) {
                body(child(at, Integer.toString(index++)), item, depth + 1);
            }
        } else {
            value.properties().forEach(each -> body(child(at, each.getKey()), each.getValue(), depth + 1));
        }
    }

    private void timeZone() {
        JsonNode zone = json.path("settings").path("time_zone");
        if (zone.isString() && !isZone(zone.stringValue())) {
            problems.add("settings.time_zone", "is not a time zone such as Europe/Berlin");
        }
    }

    private static boolean isZone(String name) {
        try {
            return ZoneId.of(name).getId().equals(name);
        } catch (DateTimeException none) {
            return false;
        }
    }

    /// For who asks about nothing but the form.
    private enum Unread implements SchemaCheck.Texts {
        TEXTS;

        @Override
        public void refers(String at, String kind, String name) {}

        @Override
        public void template(String at, String text) {}

        @Override
        public void condition(String at, String text) {}
    }

    /// Names that a call gives to its own values, and that nothing else may have.
    static boolean isTaken(String name) {
        return Values.BUILT_IN.contains(name) || Values.NAMESPACES.containsKey(name) || name.equals(Values.DIGIT)
                || name.equals(Values.TRANSFER);
    }
}
