package io.agentstream.worker.service.openai;

import io.agentstream.audio.MuLaw;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.WellFormed;
import io.agentstream.worker.service.Lived;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.Usage;
import io.agentstream.worker.service.wire.Base64Audio;
import io.agentstream.worker.service.wire.Messages;
import io.agentstream.worker.service.wire.Serial;
import io.agentstream.worker.service.wire.ServiceException;
import io.agentstream.worker.service.wire.WebSocket;
import io.agentstream.worker.service.wire.Wire;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What goes on in a call: the answers and what was heard of them, tools, and what the next session has to know. One task at a
/// time, but for what says that it is of any thread.
final class RealtimeDialogue {

    /// More of a name is not looked at.
    private static final int MAX_ID_CHARACTERS = 256;
    /// Parts of answers of which it is known whose they are: what may still be told to be cut short is the newest.
    private static final int MAX_ITEMS = 64;
    /// A response that failed for the rate is asked for again once, so much later; one of which something was told is left at that.
    private static final int RATE_WAIT_MS = 1_000;

    private final Wire wire;
    private final Patience patience;
    private final Consumer<Lived> tell;
    private final RealtimeHistory history;
    private final SentTurns sent;
    private final Serial serial;

    /// Null where there is no session.
    private @Nullable WebSocket socket;
    private final CallerTurns turns;
    private final WantedAnswers answers = new WantedAnswers();
    private final RealtimeTools tools = new RealtimeTools();
    private long activeBytes;
    /// What the agent is to do, where it is not what a session was set up with.
    private @Nullable String become;
    /// What it is offered beside; null: nothing, or it does not take it.
    private @Nullable String offer;
    /// Whether this session was offered that and has not answered since: where it is closed by then, that may be why.
    private boolean offered;
    /// Whether one was closed so: those behind it are offered nothing. And whether it is told that it is not taken.
    private boolean doubted;
    private boolean notTaken;
    /// Of this session: whose parts are known, by item.
    private final Newest<String> responseOfItem = new Newest<>(MAX_ITEMS);
    private boolean old;
    private boolean rateTried;
    private @Nullable ScheduledFuture<?> limit;
    private final AtomicBoolean replaced = new AtomicBoolean();
    private volatile @Nullable ServiceFailure why;
    private volatile Usage usage = Usage.NONE;

    RealtimeDialogue(Wire wire, Patience patience, Consumer<Lived> tell, RealtimeHistory history, SentTurns sent, Serial serial) {
        this.wire = wire;
        this.patience = patience;
        this.tell = tell;
        this.history = history;
        this.sent = sent;
        this.serial = serial;
        this.turns = new CallerTurns(history, sent, tell);
    }

    CallerTurns turns() {
        return turns;
    }

    /// Any thread.
    Usage usage() {
        return usage;
    }

    /// Any thread. Whether the session that ended was to be replaced; asked once.
    boolean wasReplaced() {
        return replaced.getAndSet(false);
    }

    /// Any thread. Why we ended the session, where we did.
    ServiceFailure failureOr(ServiceFailure otherwise) {
        ServiceFailure known = why;
        return known == null ? otherwise : known;
    }

    /// A session is set up. What it has to know comes before all else: also of the caller's turn that is not over.
    void begin(WebSocket session) {
        socket = session;
        why = null;
        old = false;
        if (become != null) {
            session.send(become);
        }
        offered = offer != null;
        if (offer != null) {
            session.send(offer);
        }
        for (RealtimeHistory.Past past : history.past(sent::has)) {
            switch (past) {
                case RealtimeHistory.Past.Told(Message message) -> RealtimeMessages.items(message).forEach(this::send);
                case RealtimeHistory.Past.Sound(int turn) -> {
                    sent.sound(turn).forEach(sound -> send(RealtimeMessages.audio(sound)));
                    turns.commits(turn);
                    send(RealtimeMessages.commit(turn));
                }
            }
        }
        sent.unfinished().forEach(sound -> send(RealtimeMessages.audio(sound)));
        ask();
    }

    /// The session is over: an answer that was under way is wanted again of the next one.
    void ended() {
        socket = null;
        if (answers.lost()) {
            tell.accept(new Lived.Answered(answers.answer(), false, Usage.NONE));
        }
        disarm();
        turns.ended();
        responseOfItem.clear();
        tools.ended();
    }

    void finish() {
        disarm();
        if (socket != null) {
            socket.finish();
        }
    }

    /// The session is old: another one is wanted, when nobody speaks.
    void replace(WebSocket session) {
        if (socket == session) {
            old = true;
            replaceIfQuiet();
        }
    }

    private void replaceIfQuiet() {
        if (old && answers.areNone() && turns.areQuiet() && socket != null) {
            replaced.set(true);
            socket.finish();
            socket = null;
        }
    }

    private void send(String event) {
        if (socket != null && !socket.send(event)) {
            socket.close();
        }
    }

    void tell(Message message) {
        history.add(message);
        RealtimeMessages.items(message).forEach(this::send);
    }

    void become(String update) {
        become = update;
        offer = null;
        send(update);
    }

    void offer(String update) {
        if (!doubted) {
            offer = update;
            offered = socket != null;
            send(update);
        }
    }

    /// The service has closed the session. One that refuses, and has done nothing since it was offered the tools of servers, may dislike them: it is
    /// asked once more, without.
    void closed(ServiceFailure why) {
        if (offered && !doubted && why instanceof Refused) {
            doubted = true;
            offer = null;
            replaced.set(true);
        }
    }

    /// The service answers, so that it takes what it was told to be. One that was closed before did not take what this one was not offered.
    private void begins() {
        answers.begins();
        offered = false;
        if (doubted) {
            notTaken();
        }
    }

    private void notTaken() {
        if (!notTaken) {
            notTaken = true;
            tell.accept(new Lived.NotTaken());
        }
    }

    /// What was heard of a turn is all of it.
    void committed(int turn) {
        turns.committed(turn);
        ask();
        replaceIfQuiet();
    }

    void answer(int answer, String instructions) {
        answers.add(answer, instructions);
        ask();
    }

    void stop(int answer) {
        if (answers.stop(answer) && !answers.active().equals(WantedAnswers.UNNAMED)) {
            send(RealtimeMessages.cancel(answers.active()));
            arm(); // nothing else is asked before it says that this is over
        }
    }

    /// One response at a time: a second one would be refused. Before the caller was heard to the end there is nothing to be answered.
    private void ask() {
        if (answers.isFree() && socket != null && !turns.areEnding()) {
            WantedAnswers.Wanted next = answers.next();
            if (next != null) {
                send(RealtimeMessages.answer(next.instructions()));
                arm();
            }
        }
    }

    private void arm() {
        disarm();
        WebSocket session = socket;
        limit = wire.after(patience.firstMs(), () -> serial.run(() -> {
            if (session != null && session == socket) {
                why = new Silent(patience.firstMs());
                session.close();
            }
        }));
    }

    private void disarm() {
        if (limit != null) {
            limit.cancel(false);
            limit = null;
        }
    }

    void interrupted(String item, long playedMs) {
        String response = responseOfItem.get(item);
        long wholeMs = history.audioMs(item);
        if (response != null) {
            boolean complete = !response.equals(answers.active());
            if (playedMs < wholeMs || !complete) { // more than there is would be an error, and all of it is none
                send(RealtimeMessages.truncate(item, Math.clamp(playedMs, 0, wholeMs)));
            }
        }
        history.heard(item, playedMs);
    }

    /// What the service says; what is new is passed over.
    void take(JsonNode event) {
        String item = id(event, "item_id");
        switch (Messages.text(event, "type")) {
            case "input_audio_buffer.committed" -> turns.named(item);
            case "conversation.item.input_audio_transcription.completed" -> turns.said(item, Messages.text(event, "transcript"));
            case "conversation.item.input_audio_transcription.failed" -> turns.said(item, "");
            case "response.created" -> created(id(event.path("response"), "id"));
            case "response.output_audio.delta", "response.audio.delta" -> audio(event, item);
            case "response.output_audio_transcript.delta", "response.audio_transcript.delta", "response.output_text.delta",
                    "response.text.delta" -> said(event, item);
            case "response.output_item.added", "conversation.item.added", "conversation.item.created" -> tools.named(event.path("item"));
            case "response.output_item.done" -> {
                tools.named(event.path("item"));
                if (isWanted(event)) {
                    call(event.path("item"));
                }
            }
            case "response.done" -> done(event.path("response"));
            case "error" -> error(event.path("error"));
            default -> { }
        }
    }

    private static String id(JsonNode of, String field) {
        return WellFormed.beginning(Messages.text(of, field), MAX_ID_CHARACTERS);
    }

    private void created(String response) {
        answers.named(response);
        activeBytes = 0;
        arm();
        if (answers.isStopped()) {
            send(RealtimeMessages.cancel(response));
        }
    }

    private boolean isWanted(JsonNode event) {
        return answers.isActive(id(event, "response_id"));
    }

    private void audio(JsonNode event, String item) {
        if (!isWanted(event)) {
            return;
        }
        byte[] muLaw;
        try {
            muLaw = Base64Audio.of(event.path("delta")).orElse(new byte[0]);
        } catch (ServiceException not) {
            lose(not.failure());
            return;
        }
        if (muLaw.length == 0) {
            return;
        }
        arm(); // also in the middle of an answer the next may never come
        activeBytes += muLaw.length;
        if (activeBytes > Realtime.MAX_AUDIO_BYTES) { // another one would be as long: what there is has to do
            int answer = answers.answer();
            stop(answer);
            tell.accept(new Lived.Answered(answer, false, Usage.NONE));
            return;
        }
        begins();
        responseOfItem.put(item, answers.active());
        history.agentAudio(item, muLaw.length);
        usage = usage.plus(Usage.heard(muLaw.length / MuLaw.BYTES_PER_MS));
        tell.accept(new Lived.Audio(answers.answer(), item, Slice.of(muLaw)));
    }

    private void said(JsonNode event, String item) {
        String text = Messages.text(event, "delta");
        if (isWanted(event) && !text.isEmpty()) {
            history.agentSaid(item, text);
            tell.accept(new Lived.Said(answers.answer(), item, text));
        }
    }

    private void call(JsonNode told) {
        tools.call(told).ifPresent(call -> {
            arm();
            begins();
            history.called(call);
            tell.accept(new Lived.ToolCall(answers.answer(), call));
        });
    }

    private void done(JsonNode response) {
        String status = Messages.text(response, "status");
        if (status.equals("completed") && answers.isActive(id(response, "id"))) {
            response.path("output").forEach(this::call);
        }
        Usage used = RealtimeMessages.usage(response.path("usage"));
        usage = usage.plus(used);
        disarm();
        boolean isNamed = !answers.isFree() && !answers.active().equals(WantedAnswers.UNNAMED);
        answers.over();
        boolean rate = Messages.text(response.path("status_details").path("error"), "code").equals("rate_limit_exceeded");
        if (rate && !rateTried && !answers.isStopped() && !answers.hasBegun()) {
            rateTried = true;
            answers.repeatLater();
            wire.after(RATE_WAIT_MS, () -> serial.run(this::askAgain));
        } else if (isNamed && !answers.isStopped()) {
            boolean whole = status.equals("completed");
            rateTried &= !whole;
            tell.accept(new Lived.Answered(answers.answer(), whole, used));
        }
        ask();
        replaceIfQuiet();
    }

    private void askAgain() {
        answers.repeatNow();
        ask();
    }

    /// Most are of no consequence: a cancel that came too late, a truncation of what is over.
    private void error(JsonNode error) {
        if (Messages.text(error, "event_id").equals(RealtimeMessages.BECOME)) { // it would go on as what it is not to be any more
            lose(new Refused("what the agent is to do now"));
            return;
        }
        if (Messages.text(error, "event_id").equals(RealtimeMessages.OFFER)) {
            offer = null;
            notTaken();
            return;
        }
        switch (Messages.text(error, "code")) {
            case "invalid_api_key", "insufficient_quota", "model_not_found" -> lose(new Refused("an error in the session"));
            case "session_expired" -> lose(new ServiceFailure.Broken("the session has expired"));
            case "conversation_already_has_active_response" -> { // asked for too early: again when that one is done
                if (answers.active().equals(WantedAnswers.UNNAMED)) {
                    answers.repeat();
                }
            }
            default -> turns.failed(error);
        }
    }

    private void lose(ServiceFailure failure) {
        why = failure;
        if (socket != null) {
            socket.close();
        }
    }
}
