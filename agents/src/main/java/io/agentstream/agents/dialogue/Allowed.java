package io.agentstream.agents.dialogue;

import io.agentstream.agents.capture.Captures;
import io.agentstream.agents.conversation.Manners;
import io.agentstream.agents.definition.AgentGraph;
import io.agentstream.agents.definition.Node;
import io.agentstream.agents.definition.Settings;

/// What the caller may do in a node, and how long silence is waited out there. Pure.
final class Allowed {

    /// How long the caller may wait between two keys of a value that is captured.
    static final int CAPTURE_GAP_MS = 3_000;

    /// Completes a value that is keyed in, unless the node has an edge for it.
    static final char END = '#';

    private static final String DIGITS = "0123456789";

    private Allowed() {}

    static Manners in(AgentGraph graph, CascadeState s, Node node) {
        if (s.ending) {
            return Manners.DEAF;
        }
        if (s.isTransferring()) {
            return new Manners(false, false, "", graph.settings().idle().afterMs());
        }
        boolean isCut = !(node.common().interruption() instanceof Settings.Interruption.Off);
        boolean speech = isHeard(graph, s) || isLost(s, node);
        return switch (node) {
            case Node.Agent agent -> new Manners(
                    isCut, true, graph.engine() == AgentGraph.Engine.REALTIME ? Manners.ALL_DIGITS : edges(node), agent.silenceMs());
            case Node.Gather gather -> gather(s, gather, new Manners(isCut, gather.words() && speech, edges(node), gather.silenceMs()));
            case Node.Capture capture -> new Manners(
                    isCut, speech, keys(s, capture), s.keys.isEmpty() ? capture.silenceMs() : CAPTURE_GAP_MS);
            case Node.Say _, Node.HangUp _, Node.Set _ ->
                new Manners(isCut, false, edges(node), graph.settings().idle().afterMs());
            case Node.Http _, Node.Transfer _ -> // what is under way is not given up for a word
                new Manners(false, false, "", graph.settings().idle().afterMs());
        };
    }

    private static Manners gather(CascadeState s, Node.Gather gather, Manners without) {
        Node.Keys keys = gather.keys();
        return keys == null
                ? without
                : new Manners(
                        without.interruptible(), without.speech(), Manners.ALL_DIGITS, s.keys.isEmpty() ? gather.silenceMs() : keys.gapMs());
    }

    private static String keys(CascadeState s, Node.Capture capture) {
        String own = s.pending != null ? "12" : Captures.maxKeys(capture) > 0 ? DIGITS + END : "";
        StringBuilder all = new StringBuilder(own);
        edges(capture).chars().filter(key -> own.indexOf(key) < 0).forEach(key -> all.append((char) key));
        return all.toString();
    }

    private static String edges(Node node) {
        StringBuilder digits = new StringBuilder();
        for (char digit : Manners.ALL_DIGITS.toCharArray()) {
            if (node.common().onKey(digit).isPresent()) {
                digits.append(digit);
            }
        }
        return digits.toString();
    }

    /// Whether there is an ear.
    static boolean isHeard(AgentGraph graph, CascadeState s) {
        return !s.deaf && !graph.services().ears().isEmpty();
    }

    /// Whether nothing that the caller does can be an answer any more: the ears have failed, and keys are not taken.
    static boolean isLost(CascadeState s, Node node) {
        return s.deaf && switch (node) {
            case Node.Gather gather -> gather.keys() == null;
            case Node.Capture capture -> Captures.maxKeys(capture) == 0;
            case Node.Agent _ -> true;
            case Node.Say _, Node.HangUp _, Node.Set _, Node.Http _, Node.Transfer _ -> false;
        };
    }
}
