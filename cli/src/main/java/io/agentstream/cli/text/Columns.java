package io.agentstream.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Rows whose cells stand below one another. One thread.
public final class Columns {
    private static final String BETWEEN = "  ";

    private final List<String> titles;
    private final List<Row> rows = new ArrayList<>();

    /// @param note stands below the row, whole; empty: nothing
    private record Row(List<String> cells, String note) {}

    public Columns(List<String> titles) {
        this.titles = List.copyOf(titles);
    }

    /// @param cells as many as there are titles
    public void add(List<String> cells, String note) {
        rows.add(new Row(cells.stream().map(Paint::clean).toList(), note));
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /// Titles and rows, a line each.
    public List<String> lines(Paint paint) {
        int[] widths = IntStream.range(0, titles.size())
                .map(column -> Math.max(
                        width(titles.get(column)),
                        rows.stream().mapToInt(row -> width(row.cells().get(column))).max().orElse(0)))
                .toArray();
        List<String> lines = new ArrayList<>();
        lines.add(paint.in(Paint.Colour.BOLD, line(titles, widths)));
        for (Row row : rows) {
            lines.add(line(row.cells(), widths));
            if (!row.note().isEmpty()) {
                lines.add(row.note());
            }
        }
        return lines;
    }

    private static String line(List<String> cells, int[] widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(column -> cells.get(column) + " ".repeat(widths[column] - width(cells.get(column))))
                .collect(Collectors.joining(BETWEEN))
                .stripTrailing();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
