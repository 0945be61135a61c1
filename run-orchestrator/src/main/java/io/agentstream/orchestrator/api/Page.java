package io.agentstream.orchestrator.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ObjectNode;

/// One page of a list, which takes row after row until it is full: of rows, or of bytes. A row that is larger than the page
/// stands on it alone. One thread.
final class Page<T> implements Predicate<T> {
    /// Five hundred agents may have definitions of 128 MB together.
    static final int MAX_BYTES = 1 << 20;

    private static final byte[] START = "{\"items\":[".getBytes(StandardCharsets.US_ASCII);

    private final int limit;
    private final Function<T, String> cursor;
    private final Function<T, ObjectNode> view;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    private int rows;
    private boolean full;
    private String next = "";

    /// `cursor`: the text that names the place behind a row; `view`: what is shown of it.
    Page(int limit, Function<T, String> cursor, Function<T, ObjectNode> view) {
        this.limit = limit;
        this.cursor = cursor;
        this.view = view;
        out.writeBytes(START);
    }

    static <T> Page<T> of(int limit, Cursor list, ToLongFunction<T> position, Function<T, ObjectNode> view) {
        return new Page<>(limit, row -> list.text(position.applyAsLong(row)), view);
    }

    /// False where the row has no room: the page is full then, and there is another one.
    @Override
    public boolean test(T row) {
        byte[] json = rows < limit ? Json.bytes(view.apply(row)) : new byte[0];
        full = full || rows == limit || (rows > 0 && out.size() + json.length > MAX_BYTES);
        if (full) {
            return false;
        }
        if (rows > 0) {
            out.write(',');
        }
        out.writeBytes(json);
        rows++;
        next = cursor.apply(row);
        return true;
    }

    /// It ends here, and there may be another one behind `place`, a cursor's text.
    void goesOnBehind(String place) {
        full = true;
        next = place;
    }

    Reply reply() {
        String end = full ? "],\"next_cursor\":\"" + next + "\"}" : "],\"next_cursor\":null}";
        out.writeBytes(end.getBytes(StandardCharsets.US_ASCII));
        return Reply.ok(out.toByteArray());
    }
}
