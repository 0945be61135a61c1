package io.agentstream.orchestrator.provider.cloudonix;

import io.agentstream.orchestrator.provider.Briefing;
import java.net.URI;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What Cloudonix is to do with a session, in its dialect of TwiML. Pure.
final class Cxml {

    /// How long the other side may think behind the question.
    private static final int ANSWER_S = 10;

    /// Ends a session, or what is left of it.
    static final String HANG_UP = "<Response><Hangup/></Response>";

    private static final JsonMapper JSON = new JsonMapper();

    private Cxml() {}

    /// Rings somebody, and ends the session when that is over: nobody else would.
    ///
    /// @return the body of a request that switches the application of a session
    static String dial(String to, int ringMs) {
        String noun = to.contains("@") ? "Sip" : "Number";
        return body("<Response><Dial timeout=\"" + seconds(ringMs) + "\"><" + noun + ">" + escaped(to) + "</" + noun + "></Dial><Hangup/></Response>");
    }

    /// Calls somebody, and asks them. Where nothing is pressed, the next verb follows, and nobody has to tell the provider to hang up.
    ///
    /// @param hook what is told what is pressed, at `/key`, and how the session changes, at `/status`
    /// @return the body of a request that calls
    static String call(Briefing briefing, URI hook) {
        String say = "<Say language=\"" + escaped(briefing.language()) + "\">";
        String cxml = "<Response><Gather input=\"dtmf\" numDigits=\"1\" timeout=\"" + ANSWER_S + "\" method=\"POST\" action=\"" + escaped(hook + "/key")
                + "\">" + say + escaped(briefing.summary()) + "</Say>" + say + escaped(briefing.question()) + "</Say></Gather><Hangup/></Response>";
        ObjectNode body = JSON.createObjectNode().put("destination", briefing.to());
        if (briefing.from() != null) {
            body.put("caller-id", briefing.from());
        }
        return body.put("cxml", cxml).put("callback", hook + "/status").put("timeout", seconds(briefing.ringMs())).toString();
    }

    /// Whoever leaves the room ends it, and with it the other's session.
    static String room(String room) {
        return "<Response><Dial><Conference beep=\"false\" holdMusic=\"false\" endConferenceOnExit=\"true\">" + escaped(room)
                + "</Conference></Dial><Hangup/></Response>";
    }

    /// @return the body of a request that switches the application of a session
    static String join(String room) {
        return body(room(room));
    }

    private static String body(String cxml) {
        return JSON.createObjectNode().put("cxml", cxml).toString();
    }

    private static int seconds(int ms) {
        return Math.max(1, ms / 1_000);
    }

    private static String escaped(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
