package io.agentstream.orchestrator.provider.cloudonix;

import tools.jackson.databind.json.JsonMapper;

/// What Cloudonix is to do with a session, in its dialect of TwiML. Pure.
final class Cxml {

    private static final JsonMapper JSON = new JsonMapper();

    private Cxml() {}

    /// Rings somebody, and ends the session when that is over: nobody else would.
    ///
    /// @return the body of a request that switches the application of a session
    static String dial(String to, int ringMs) {
        String noun = to.contains("@") ? "Sip" : "Number";
        String cxml = "<Response><Dial timeout=\"" + Math.max(1, ringMs / 1_000) + "\"><" + noun + ">" + escaped(to) + "</" + noun
                + "></Dial><Hangup/></Response>";
        return JSON.createObjectNode().put("cxml", cxml).toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
