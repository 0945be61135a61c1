package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Runs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Runs as a table: RFC 4180 with a header, in UTF-8. What is not there is an empty cell. A program that shows tables takes a cell that
/// begins with `=`, `+`, `-`, `@` or a control character for a formula, and what callers send may be one: such a cell gets an
/// apostrophe in front, a number with a plus sign too.
final class RunTable implements RunWriter {
    private static final List<Column> COLUMNS = List.of(
            new Column("id", "/id"),
            new Column("name", "/name"),
            new Column("call_id", "/call_id"),
            new Column("agent_uuid", "/agent_uuid"),
            new Column("agent_version", "/agent_version"),
            new Column("mode", "/mode"),
            new Column("call_type", "/call_type"),
            new Column("state", "/state"),
            new Column("failure_code", "/failure/code"),
            new Column("failure_reason", "/failure/reason"),
            new Column("caller_number", "/initial_context/caller_number"),
            new Column("called_number", "/initial_context/called_number"),
            new Column("external_call_id", "/gathered_context/call_id"),
            new Column("created_at", "/created_at"),
            new Column("started_at", "/started_at"),
            new Column("ended_at", "/ended_at"),
            new Column("duration_seconds", "/duration_seconds"),
            new Column("end", "/end/by"),
            new Column("close_code", "/end/close_code"),
            new Column("disconnected_by", "/disconnected_by"),
            new Column("outcome", "/outcome"),
            new Column("faults", "/faults"),
            new Column("cost", "/cost"));

    /// Where runs were looked for by their words.
    private static final List<Column> OF_MATCH = List.of(
            new Column("match_at_ms", "/match/at_ms"), new Column("match_by", "/match/by"), new Column("match_snippet", "/match/snippet"));

    private final List<Column> columns;

    RunTable(boolean isSearch) {
        this.columns = isSearch ? Stream.concat(COLUMNS.stream(), OF_MATCH.stream()).toList() : COLUMNS;
    }

    /// @param pointer where it stands in a run as JSON
    private record Column(String name, String pointer) {}

    @Override
    public String type() {
        return MediaTypes.CSV + "; charset=utf-8; header=present";
    }

    @Override
    public byte[] start() {
        return line(columns.stream().map(Column::name).toList());
    }

    @Override
    public byte[] line(Runs.Run run) {
        ObjectNode json = RunRoutes.json(run);
        List<String> cells = new ArrayList<>();
        for (Column column : columns) {
            cells.add(cell(json.at(column.pointer())));
        }
        return line(cells);
    }

    private static byte[] line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(",", "", "\r\n")).getBytes(StandardCharsets.UTF_8);
    }

    private static String cell(JsonNode value) {
        if (value.isArray()) {
            return value.valueStream().map(each -> each.asString("")).collect(Collectors.joining(" "));
        }
        return value.isMissingNode() || value.isNull() ? "" : quoted(value.isString() ? harmless(value.stringValue()) : value.toString());
    }

    private static String harmless(String text) {
        return !text.isEmpty() && ("=+-@".indexOf(text.charAt(0)) >= 0 || text.charAt(0) < ' ') ? "'" + text : text;
    }

    private static String quoted(String text) {
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')
                ? "\"" + text.replace("\"", "\"\"") + "\""
                : text;
    }
}
