package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// A machine's diagram, drawn from the rows of its test: so it shows what is tested, and cannot show anything else.
/// `-Ddocs.update=true` writes the page anew.
public final class StateDiagram {

    private final String machine;
    private final Map<String, Map<String, TreeSet<String>>> inputs = new TreeMap<>();

    /// @param machine name of the machine's class, and of the page in `docs/states`
    public StateDiagram(String machine) {
        this.machine = machine;
    }

    /// A tested step. Steps that stay where they are are not drawn.
    public StateDiagram step(Class<?> from, Class<?> input, Class<?> to) {
        if (from != to) {
            inputs.computeIfAbsent(from.getSimpleName(), f -> new TreeMap<>())
                    .computeIfAbsent(to.getSimpleName(), t -> new TreeSet<>())
                    .add(input.getSimpleName());
        }
        return this;
    }

    /// Compares the page with the steps.
    public void check() throws IOException {
        StringBuilder page = new StringBuilder("# " + machine + "\n\n<!-- Generated from the rows of " + machine
                + "Test; do not edit. -->\n\n```mermaid\nstateDiagram-v2\n");
        inputs.forEach((from, targets) -> targets.forEach((to, by) ->
                page.append("    ").append(from).append(" --> ").append(to).append(" : ").append(String.join(", ", by)).append('\n')));
        page.append("```\n");
        Path file = Path.of("../docs/states/" + machine + ".md");
        if (Boolean.getBoolean("docs.update")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, page);
        }
        assertEquals(Files.readString(file), page.toString(), "the machine changed: see StateDiagram");
    }
}
