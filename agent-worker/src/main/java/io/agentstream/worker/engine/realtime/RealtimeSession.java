package io.agentstream.worker.engine.realtime;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.BrainEffect;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.CutShort;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.HearTurn;
import io.agentstream.agents.conversation.ConversationEffect.MouthEffect;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.ConversationEffect.PressKeys;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.SpeechEffect;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationEffect.TellSpeech;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.audio.Dtmf;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.engine.ServiceMeter;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.engine.cascade.InUse;
import io.agentstream.worker.engine.cascade.MouthAnswers;
import io.agentstream.worker.engine.cascade.OwnVoice;
import io.agentstream.worker.engine.cascade.Requests;
import io.agentstream.worker.engine.cascade.ToolCalls;
import io.agentstream.worker.engine.cascade.ToolServers;
import io.agentstream.worker.engine.cascade.Troubles;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.fallback.Standing;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The service of one conversation that hears, thinks and speaks: gives it the caller's turns, asks it what the dialogue wants, and posts what it
/// answers. Decides nothing. One that cannot even be asked has failed as one that says so, and so has one that rests while another behind it
/// stands. Behind the last, a voice of our own says what is left to be said.
final class RealtimeSession implements AgentSession {

    private static final ServiceFailure REFUSED = new ServiceFailure(ServiceFailure.Kind.REFUSED);
    private static final String WORD_FOR_WORD = "Say the following to the caller word for word, and nothing else:\n\n";

    private final AgentGraph graph;
    private final SpeechPorts ports;
    private final Standing row;
    private final Troubles troubles;
    private final ReplySink out;
    private final ToolServers servers;
    private final ToolCalls tools;
    /// Held while something is done: what servers have is said on threads of theirs.
    private final ReentrantLock lock = new ReentrantLock();
    private final LastSounds before = new LastSounds();
    private final LastTurn last = new LastTurn();
    private final SaidItems items = new SaidItems();
    private @Nullable Open open;
    private final ServiceMeter meter = new ServiceMeter();
    /// What our own voice says.
    private InUse.@Nullable Speaking own;
    private @Nullable Mouth mouth;
    /// Whether it is the caller's turn, and which.
    private boolean hearing;
    private int turn;
    private int answers;
    /// What is asked as soon as it is known what the servers have; null: nothing.
    private @Nullable AskBrain pending;
    private boolean closed;

    /// A service that is open, and what it knows.
    private record Open(Realtime realtime, Lives lives, Knowledge knowledge, ServiceMeter.Use use) {}

    RealtimeSession(AgentGraph graph, CallId callId, SpeechPorts ports, Standing row, FailureListener failures, ReplySink out) {
        this.graph = graph;
        this.ports = ports;
        this.row = row;
        this.troubles = new Troubles(callId, failures);
        this.out = out;
        this.servers = new ToolServers(graph, callId, ports::server, failures);
        this.tools = new ToolCalls(callId, ports, servers, troubles, out);
    }

    @Override
    public void hear(MediaFrame.Audio frame) {
        if (frame.payload().length() == 0) {
            return;
        }
        locked(() -> {
            Open now = open;
            if (hearing && now != null) {
                now.realtime().hear(frame.payload());
                last.add(frame.payload());
            } else {
                before.add(frame.payload());
            }
        });
    }

    private void locked(Runnable task) {
        lock.lock();
        try {
            if (!closed) {
                task.run();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void perform(MouthEffect effect) {
        locked(() -> {
            switch (effect) {
                case Speak line -> speak(line);
                case StopSpeaking stop -> stop(stop.turn(), true);
            }
        });
    }

    @Override
    public void perform(SpeechEffect effect) {
        locked(() -> {
            switch (effect) {
                case OpenSpeech asked -> open(asked);
                case HearTurn heard -> hear(heard);
                case CutShort cut -> {
                    if (open != null) {
                        Realtime realtime = open.realtime();
                        items.cut(cut.turn(), cut.heardMs()).forEach(each -> realtime.interrupted(each.item(), each.heardMs()));
                    }
                }
                case TellSpeech told -> {
                    if (open != null) {
                        open.realtime().tell(new Message.Caller(told.text()));
                    }
                }
            }
        });
    }

    @Override
    public void perform(BrainEffect effect) {
        locked(() -> {
            switch (effect) {
                case FinishHearing finished -> finish();
                case AskBrain asked -> ask(asked);
                case StopBrain stop -> stop(stop.turn(), false);
                case PressKeys press -> { // as a mouth would, at once
                    Slice tones = Slice.of(Dtmf.muLaw(press.keys()));
                    items.add(press.turn(), "", tones.length());
                    out.post(new MouthSpoke(press.turn(), press.number(), tones, List.of()));
                    out.post(new MouthDone(press.turn(), press.number()));
                }
                case GaveUp late -> troubles.late(
                        FailureListener.Kind.REALTIME, row, graph.services().realtime(), late.service(), late.waitedMs());
                case CallTool call -> tools.begin(call);
                case StopTool stop -> tools.stop(stop);
            }
        });
    }

    private void open(OpenSpeech asked) {
        shut();
        if (!row.mayAsk(asked.service()) || !troubles.isAsked(FailureListener.Kind.REALTIME, () -> begin(asked))) {
            shut();
            out.post(new EarFailed(asked.number(), REFUSED));
        }
    }

    private void begin(OpenSpeech asked) {
        Service service = graph.services().realtime().get(asked.service());
        BrainRequest request = asked.request();
        boolean isHeard = last.isLast(request.history());
        Knowledge knowledge = new Knowledge(request);
        Lives lives = new Lives(
                asked.number(), items, out, failure -> failed(asked.service(), service, failure), () -> row.succeeded(asked.service()),
                () -> {
                    knowledge.takesNone();
                    troubles.toolsRefused(service.service());
                });
        ServiceMeter.Who who = ports.who(Role.REALTIME, service, asked.service() > 0);
        Realtime realtime = ports.realtime(
                service, graph.settings(), request.instructions(), Requests.tools(request), Requests.history(isHeard ? heard(request) : request), lives);
        open = meter.begin(who, 0, use -> {
            use.measuredBy(realtime::usage);
            return new Open(realtime, lives, knowledge, use);
        });
        if (isHeard) {
            last.sound().forEach(realtime::hear);
            realtime.finish(last.turn());
        }
    }

    /// Without the sentence that stands for what is heard.
    private static BrainRequest heard(BrainRequest request) {
        List<Remark> history = request.history();
        return new BrainRequest(
                request.instructions(), history.subList(0, history.size() - 1), request.tools(), request.servers());
    }

    private void failed(int member, Service service, io.agentstream.worker.service.ServiceFailure failure) {
        row.failed(member, failure);
        troubles.failed(FailureListener.Kind.REALTIME, service.service(), failure);
    }

    private void hear(HearTurn heard) {
        forget();
        List<Slice> sounds = before.take(heard.agoMs());
        Open now = open;
        if (now != null) {
            last.begins(heard.turn());
            for (Slice sound : sounds) {
                now.realtime().hear(sound);
                last.add(sound);
            }
            hearing = true;
            turn = heard.turn();
        }
    }

    private void finish() {
        if (hearing && open != null) {
            open.realtime().finish(turn);
            last.ends();
        }
        hearing = false;
    }

    private void forget() {
        if (hearing && open != null) {
            open.realtime().forget();
            last.forget();
        }
        hearing = false;
    }

    /// Whose tools are not known yet is asked when they are, unless it was stopped by then.
    private void ask(AskBrain asked) {
        forget();
        pending = asked;
        var _ = servers.whenListed(
                asked.request().servers(),
                served -> {
                    locked(() -> ask(asked, served));
                    return () -> { };
                },
                notAsked -> out.post(new BrainFailed(asked.turn(), asked.number(), REFUSED)));
    }

    private void ask(AskBrain asked, List<Tool> served) {
        Open now = open;
        if (now != null && asked.equals(pending)) { // else it is told already that there is none
            now.knowledge().update(asked.request(), served, now.realtime());
            int answer = ++answers;
            now.lives().ask(answer, asked.turn(), asked.number(), false);
            now.use().again();
            now.realtime().answer(answer, "");
        }
        pending = asked.equals(pending) ? null : pending;
    }

    private void speak(Speak line) {
        forget();
        Open now = open;
        if (line.mouth() >= graph.services().realtime().size()) {
            if (!troubles.isAsked(FailureListener.Kind.MOUTH, () -> speakOurselves(line))) {
                out.post(new MouthFailed(line.turn(), line.number(), REFUSED));
            }
        } else if (now != null) {
            int answer = ++answers;
            now.lives().ask(answer, line.turn(), line.number(), true);
            now.use().again();
            now.realtime().answer(answer, WORD_FOR_WORD + line.text());
        }
    }

    private void speakOurselves(Speak line) {
        Mouth speaks = mouth == null ? ports.mouth(OwnVoice.SERVICE, graph.settings()) : mouth;
        mouth = speaks;
        own = InUse.Speaking.begin(
                meter, ports.who(Role.MOUTH, OwnVoice.SERVICE, true), speaks, line.text(), new MouthAnswers(line.turn(), line.number(), out));
    }

    private void stop(int of, boolean lines) {
        Open now = open;
        if (!lines && pending != null && pending.turn() == of) {
            pending = null;
        }
        if (now != null) {
            now.lives().stop(of, lines).forEach(now.realtime()::stop);
        }
        if (lines) {
            shutUp();
        }
    }

    private void shutUp() {
        InUse.Speaking now = own;
        own = null;
        if (now != null) {
            now.cancel();
        }
    }

    private void shut() {
        Open now = open;
        open = null;
        hearing = false;
        if (now != null) {
            now.realtime().close();
            now.use().stopped();
        }
    }

    @Override
    public List<ServiceUse> used(boolean all) {
        return meter.take(all);
    }

    @Override
    public void leave() {
        meter.leave();
    }

    @Override
    public void close() {
        locked(() -> {
            closed = true;
            pending = null;
            tools.close();
            servers.close();
            shut();
            shutUp();
            if (mouth != null) {
                mouth.close();
            }
        });
    }
}
