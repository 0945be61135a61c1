package io.agentstream.worker.service.wire;

import io.agentstream.runtime.Secret;
import io.agentstream.runtime.outbound.OutboundStreams;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Connection;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.Thought.Reason;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.SseParser.Event;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A brain that is asked by a POST and answers with server-sent events: a virtual thread for each request. An empty answer counts as a
/// failure, and is asked for again like one: somebody waits for a word.
public final class StreamedBrain implements Brain {

    private static final int BUFFER_BYTES = 8 * 1_024;
    private static final Retry RETRY = Retry.USUAL;

    /// What a vendor's requests and answers look like. Any thread.
    public interface Dialect {
        URI url();

        Map<String, String> proof(Secret key);

        String body(BrainRequest request);

        /// For one attempt.
        Answer answer();
    }

    /// Puts an answer together. One thread.
    public interface Answer {
        /// @return text to be said now; may be empty
        String take(Event event) throws ServiceException;

        /// Whether the service has said that this was all.
        boolean isComplete();

        /// Whether the answer is whole if the stream ends here.
        boolean mayEnd();

        Reason reason();

        ToolDrafts tools();

        Usage usage();
    }

    private final Wire wire;
    private final Connection connection;
    private final Dialect dialect;
    private final Set<Asked> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public StreamedBrain(Wire wire, Connection connection, Dialect dialect) {
        this.wire = wire;
        this.connection = connection;
        this.dialect = dialect;
    }

    @Override
    public Answering ask(BrainRequest request, Listener listener) {
        Asked asking = new Asked(listener);
        asked.add(asking);
        if (closed) {
            asking.cancel();
        } else {
            Thread.ofVirtual().name("service-brain").start(() -> asking.run(request));
        }
        return asking;
    }

    @Override
    public void close() {
        closed = true;
        asked.forEach(Asked::cancel);
    }

    private final class Asked implements Answering {

        private final Gate<Thought> gate;
        private final HttpTask task = new HttpTask(wire, connection.patience(), RETRY);
        /// Of the last attempt; only the task's thread.
        private Usage usage = Usage.NONE;

        private Asked(Listener listener) {
            gate = new Gate<>(listener::on);
        }

        @Override
        public void cancel() {
            gate.shut();
            task.cancel();
            asked.remove(this);
        }

        private void run(BrainRequest request) {
            try {
                String body = dialect.body(request);
                ServiceFailure failure = task.run(() -> request(body), () -> (answer, begun) -> read(answer, begun));
                if (failure != null) {
                    gate.tellLast(new Thought.Failed(failure, usage));
                }
            } catch (RuntimeException wrong) { // ours: nobody may wait for an answer that does not come
                gate.tellLast(new Thought.Failed(new ServiceFailure.Broken("our adapter"), usage));
            } finally {
                asked.remove(this);
            }
        }

        private OutboundStreams.Request request(String body) {
            Map<String, String> headers = new HashMap<>(dialect.proof(connection.key().key()));
            headers.put("Content-Type", "application/json");
            headers.put("Accept", "text/event-stream");
            return new OutboundStreams.Request("POST", dialect.url(), headers, body, connection.patience().silenceMs());
        }

        private void read(InputStream stream, Runnable begun) throws IOException, ServiceException {
            Reading reading = new Reading(dialect.answer(), begun);
            try {
                reading.all(stream);
            } finally {
                usage = reading.answer.usage();
            }
            if (!reading.answer.mayEnd()) {
                throw Broken.because("an answer without an end");
            }
            reading.end();
        }

        private final class Reading {

            private final Answer answer;
            private final Runnable begun;
            private final SseParser events = new SseParser();
            private final byte[] buffer = new byte[BUFFER_BYTES];
            private int characters;

            private Reading(Answer answer, Runnable begun) {
                this.answer = answer;
                this.begun = begun;
            }

            private void all(InputStream stream) throws IOException, ServiceException {
                while (!answer.isComplete()) {
                    int length = read(stream);
                    take(length < 0 ? events.finish() : events.feed(buffer, 0, length));
                    if (length < 0) {
                        return;
                    }
                }
            }

            /// A connection that is lost behind the end of an answer is no loss.
            private int read(InputStream stream) throws IOException {
                try {
                    return stream.read(buffer);
                } catch (IOException lost) {
                    if (answer.mayEnd()) {
                        return -1;
                    }
                    throw lost;
                }
            }

            private void take(List<Event> complete) throws ServiceException {
                StringBuilder text = new StringBuilder();
                try {
                    for (Event event : complete) {
                        if (!answer.isComplete()) {
                            text.append(answer.take(event));
                        }
                    }
                } catch (ServiceException broken) {
                    tell(text.toString());
                    throw broken;
                }
                tell(text.toString());
            }

            /// What came in one go is told in one go: a burst is not as many posts as it has chunks.
            private void tell(String text) throws ServiceException {
                if (!text.isEmpty()) {
                    characters += text.length();
                    if (characters > MAX_ANSWER_CHARACTERS) {
                        throw Broken.because("an answer that is too long");
                    }
                    begun.run();
                    gate.tell(new Thought.Text(text));
                }
            }

            private void end() throws ServiceException {
                boolean calls = !answer.tools().isEmpty();
                if (characters == 0 && !calls && answer.reason() == Reason.FINISHED) {
                    throw Broken.because("an empty answer");
                }
                begun.run();
                answer.tools().calls().forEach(gate::tell);
                gate.tellLast(new Thought.Done(calls && answer.reason() == Reason.FINISHED ? Reason.TOOLS : answer.reason(), answer.usage()));
            }
        }
    }
}
