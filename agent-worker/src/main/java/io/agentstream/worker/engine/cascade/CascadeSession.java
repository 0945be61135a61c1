package io.agentstream.worker.engine.cascade;

import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.BrainEffect;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.EarEffect;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.MouthEffect;
import io.agentstream.agents.conversation.ConversationEffect.OpenEar;
import io.agentstream.agents.conversation.ConversationEffect.PressKeys;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Services;
import io.agentstream.agents.definition.Services.Service;
import io.agentstream.audio.Dtmf;
import io.agentstream.runtime.Causes;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.Slice;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;
import io.agentstream.worker.engine.ServiceMeter;
import io.agentstream.worker.engine.cascade.FailureListener.Kind;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.fallback.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The services of one conversation: asks them what the dialogue wants, and posts what they answer. Decides nothing. A service that cannot even be
/// asked has failed as one that answers so, and so has one that rests while another behind it stands: others have found it away a moment ago.
final class CascadeSession implements AgentSession {

    private static final Logger log = LoggerFactory.getLogger(CascadeSession.class);
    private static final ServiceFailure REFUSED = new ServiceFailure(ServiceFailure.Kind.REFUSED);

    private final AgentGraph graph;
    private final Ports ports;
    private final Rows rows;
    private final Troubles troubles;
    private final ReplySink out;
    private final Map<Integer, Brain> brains = new HashMap<>();
    private final Map<Integer, Mouth> mouths = new HashMap<>();
    private final List<InUse.Thinking> thoughts = new ArrayList<>();
    private final List<InUse.Speaking> utterances = new ArrayList<>();
    private final ServiceMeter meter = new ServiceMeter();
    private final ToolServers servers;
    private final ToolCalls tools;
    /// Brains that do not take the tools of this conversation's servers. Any thread.
    private final Set<Integer> toolless = ConcurrentHashMap.newKeySet();
    private InUse.@Nullable Hearing ear;
    private boolean closed;

    /// How the services stand that the graph names, each kind in its order.
    record Rows(Standing ears, Standing brains, Standing mouths) {}

    CascadeSession(AgentGraph graph, CallId callId, Ports ports, Rows rows, FailureListener failures, ReplySink out) {
        this.graph = graph;
        this.ports = ports;
        this.rows = rows;
        this.troubles = new Troubles(callId, failures);
        this.out = out;
        this.servers = new ToolServers(graph, callId, ports::server, failures);
        this.tools = new ToolCalls(callId, ports, servers, troubles, out);
    }

    /// Makes the way to the first mouth, so that the first line, and the first answer after a take-over, need not wait for it. Whatever is wrong
    /// with it is told by what is to be spoken first.
    void prepare() {
        if (graph.services().mouths().isEmpty()) {
            return;
        }
        try {
            mouth(0).warmUp();
        } catch (RuntimeException failure) { // its message may quote an address
            log.atDebug().addKeyValue("failure", Causes.ofAny(failure)).log("mouth cannot be prepared");
        }
    }

    private Mouth mouth(int number) {
        return mouths.computeIfAbsent(number, n -> ports.mouth(mouthOf(n), graph.settings()));
    }

    private Service mouthOf(int number) {
        return isOwn(number) ? OwnVoice.SERVICE : graph.services().mouths().get(number);
    }

    /// Behind the last of the agent's mouths.
    private boolean isOwn(int mouth) {
        return mouth >= graph.services().mouths().size();
    }

    @Override
    public void hear(MediaFrame.Audio frame) {
        InUse.Hearing now = ear;
        if (now != null && frame.payload().length() > 0) {
            now.ear().hear(frame.payload());
        }
    }

    @Override
    public void perform(MouthEffect effect) {
        if (closed) {
            return;
        }
        switch (effect) {
            case Speak speak when isOwn(speak.mouth()) -> {
                if (!troubles.isAsked(Kind.MOUTH, () -> say(speak, new MouthAnswers(speak.turn(), speak.number(), out)))) {
                    out.post(new MouthFailed(speak.turn(), speak.number(), REFUSED));
                }
            }
            case Speak speak -> attempt(
                    Kind.MOUTH, rows.mouths(), speak.mouth(), () -> speak(speak), new MouthFailed(speak.turn(), speak.number(), REFUSED));
            case StopSpeaking stop -> {
                utterances.forEach(InUse.Speaking::cancel);
                utterances.clear();
            }
        }
    }

    @Override
    public void perform(EarEffect effect) {
        if (closed) {
            return;
        }
        switch (effect) {
            case OpenEar open -> attempt(
                    Kind.EAR, rows.ears(), open.service(), () -> listen(open), new EarFailed(open.ear(), REFUSED));
        }
    }

    @Override
    public void perform(BrainEffect effect) {
        if (closed) {
            return;
        }
        switch (effect) {
            case PressKeys press -> press(press);
            case AskBrain ask -> attempt(
                    Kind.BRAIN, rows.brains(), ask.brain(), () -> ask(ask), new BrainFailed(ask.turn(), ask.number(), REFUSED));
            case StopBrain stop -> {
                thoughts.forEach(InUse.Thinking::cancel);
                thoughts.clear();
            }
            case CallTool call -> tools.begin(call);
            case StopTool stop -> tools.stop(stop);
            case GaveUp late -> late(late);
            case FinishHearing finish -> {
                InUse.Hearing now = ear;
                if (now != null) {
                    now.ear().finish();
                }
            }
        }
    }

    private void late(GaveUp late) {
        Services services = graph.services();
        switch (late.kind()) {
            case EAR -> troubles.late(Kind.EAR, rows.ears(), services.ears(), late.service(), late.waitedMs());
            case BRAIN -> troubles.late(Kind.BRAIN, rows.brains(), services.brains(), late.service(), late.waitedMs());
            case MOUTH -> troubles.late(Kind.MOUTH, rows.mouths(), services.mouths(), late.service(), late.waitedMs());
            case SPEECH -> { } // there is none here
        }
    }

    private void attempt(Kind kind, Standing row, int member, Runnable asking, Answer otherwise) {
        if (!row.mayAsk(member) || !troubles.isAsked(kind, asking)) {
            out.post(otherwise);
        }
    }

    private void listen(OpenEar open) {
        InUse.Hearing before = ear;
        ear = null;
        if (before != null) {
            before.close();
        }
        Service service = graph.services().ears().get(open.service());
        ServiceMeter.Who who = who(Role.EAR, service, open.service());
        Ear opened = ports.ear(
                service, graph.settings(), watched(Kind.EAR, rows.ears(), open.service(), service).ear(new EarAnswers(open.ear(), out)));
        ear = meter.begin(who, 1, use -> {
            use.measuredBy(opened::usage);
            return new InUse.Hearing(opened, use);
        });
    }

    /// One answer at a time is wanted: what was asked before has ended, or was stopped.
    private void ask(AskBrain ask) {
        Brain brain = brains.computeIfAbsent(ask.brain(), n -> ports.brain(graph.services().brains().get(n)));
        thoughts.forEach(each -> each.use().stopped());
        thoughts.clear();
        Service service = graph.services().brains().get(ask.brain());
        thoughts.add(meter.begin(who(Role.BRAIN, service, ask.brain()), 1, use -> new InUse.Thinking(ask(ask, brain, service, use), use)));
    }

    private Brain.Answering ask(AskBrain ask, Brain brain, Service service, ServiceMeter.Use use) {
        Brain.Listener listener = counted(
                watched(Kind.BRAIN, rows.brains(), ask.brain(), service).brain(Answers.ofBrain(ask.turn(), ask.number(), out)), use);
        return servers.whenListed(
                ask.request().servers(), served -> ask(brain, ask, service, served, listener),
                notAsked -> {
                    use.stopped();
                    out.post(new BrainFailed(ask.turn(), ask.number(), REFUSED));
                });
    }

    /// What was used is counted before anybody hears that it is over.
    private static Brain.Listener counted(Brain.Listener listener, ServiceMeter.Use use) {
        return event -> {
            switch (event) {
                case Thought.Done done -> use.over(done.usage());
                case Thought.Failed failed -> use.over(failed.usage());
                case Thought.Text _, Thought.ToolCall _ -> { }
            }
            listener.on(event);
        };
    }

    private ServiceMeter.Who who(Role role, Service service, int number) {
        return ports.who(role, service, number > 0);
    }

    @Override
    public List<ServiceUse> used(boolean all) {
        return meter.take(all);
    }

    @Override
    public void leave() {
        meter.leave();
    }

    /// Also on a thread of a server's.
    private Brain.Answering ask(Brain brain, AskBrain ask, Service service, List<BrainRequest.Tool> served, Brain.Listener listener) {
        BrainRequest without = Requests.of(ask.request(), List.of());
        if (served.isEmpty() || toolless.contains(ask.brain())) {
            return brain.ask(without, listener);
        }
        return Offering.ask(brain, Requests.of(ask.request(), served), without, listener, () -> {
            toolless.add(ask.brain());
            troubles.toolsRefused(service.service());
        });
    }

    private void speak(Speak speak) {
        say(speak, watched(Kind.MOUTH, rows.mouths(), speak.mouth(), graph.services().mouths().get(speak.mouth()))
                .mouth(new MouthAnswers(speak.turn(), speak.number(), out)));
    }

    private void say(Speak speak, Mouth.Listener listener) {
        utterances.forEach(each -> each.use().stopped());
        utterances.clear();
        utterances.add(InUse.Speaking.begin(
                meter, who(Role.MOUTH, mouthOf(speak.mouth()), speak.mouth()), mouth(speak.mouth()), speak.text(), listener));
    }

    /// As a mouth would, at once.
    private void press(PressKeys press) {
        out.post(new MouthSpoke(press.turn(), press.number(), Slice.of(Dtmf.muLaw(press.keys())), List.of()));
        out.post(new MouthDone(press.turn(), press.number()));
    }

    private Watched watched(Kind kind, Standing row, int member, Service service) {
        return new Watched(row, member, failure -> troubles.failed(kind, service.service(), failure));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        InUse.Hearing now = ear;
        ear = null;
        tools.close();
        servers.close();
        if (now != null) {
            now.close();
        }
        brains.values().forEach(Brain::close);
        mouths.values().forEach(Mouth::close);
        thoughts.forEach(each -> each.use().stopped());
        utterances.forEach(each -> each.use().stopped());
    }
}
