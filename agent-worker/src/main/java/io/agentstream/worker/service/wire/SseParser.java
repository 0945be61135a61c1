package io.agentstream.worker.service.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Takes a stream of server-sent events apart (HTML standard, 9.2), wherever the network cut it: line ends of three kinds, comments,
/// several `data` lines, a byte order mark. Ids and retry times are passed over: an answer is not asked for again. One thread at a time.
public final class SseParser {

    /// Bound of an event, and of a line, where nothing else is said.
    static final int MAX_EVENT_BYTES = 512 * 1_024;

    /// @param name `message` where the stream does not say
    public record Event(String name, String data) {
        /// Without the data.
        @Override
        public String toString() {
            return "Event[" + name + "]";
        }
    }

    private final int maxEventBytes;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder data = new StringBuilder();
    private String name = "";
    private boolean anyData;
    private boolean afterCarriageReturn;
    private boolean first = true;

    public SseParser() {
        this(MAX_EVENT_BYTES);
    }

    /// @param maxEventBytes of an event, and of a line, which has its name in front
    public SseParser(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /// @return the events that are complete now
    /// @throws ServiceException where an event is too long
    public List<Event> feed(byte[] bytes, int offset, int length) throws ServiceException {
        List<Event> complete = new ArrayList<>();
        for (int i = offset; i < offset + length; i++) {
            byte next = bytes[i];
            if (next == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
            } else if (next == '\n' || next == '\r') {
                afterCarriageReturn = next == '\r';
                endLine(complete);
            } else {
                afterCarriageReturn = false;
                line.write(next);
                check(line.size());
            }
        }
        return complete;
    }

    /// The stream has ended: what the last blank line is missing for is an event too, since not every server writes that line.
    public List<Event> finish() throws ServiceException {
        List<Event> complete = new ArrayList<>();
        if (line.size() > 0) {
            endLine(complete);
        }
        endEvent(complete);
        return complete;
    }

    private void endLine(List<Event> complete) throws ServiceException {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (first) {
            first = false;
            text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        }
        if (text.isEmpty()) {
            endEvent(complete);
            return;
        }
        int colon = text.indexOf(':');
        String field = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        value = value.startsWith(" ") ? value.substring(1) : value;
        if (field.equals("data")) {
            if (anyData) {
                data.append('\n');
            }
            anyData = true;
            data.append(value);
            check(data.length());
        } else if (field.equals("event")) {
            name = value;
        }
    }

    private void endEvent(List<Event> complete) {
        if (anyData) {
            complete.add(new Event(name.isEmpty() ? "message" : name, data.toString()));
        }
        data.setLength(0);
        name = "";
        anyData = false;
    }

    private void check(int size) throws ServiceException {
        if (size > maxEventBytes) {
            throw Broken.because("an event of more than " + maxEventBytes + " bytes");
        }
    }
}
