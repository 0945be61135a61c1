package io.agentstream.agents.definition;

import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;

/// How a brain sees the tools of a server that an agent names: behind the name of the agent's own tool, in the letters that a brain takes. The same
/// tool has the same name in every process. Pure.
public final class Served {

    /// Longest name of an agent's tool that stands for a server's: what comes behind it has to be told apart within [#MAX_OFFERED_CHARS].
    static final int MAX_NAME_CHARS = 32;

    /// Longest name that a brain takes.
    private static final int MAX_OFFERED_CHARS = 64;

    private Served() {}

    /// @param server name of the agent's tool
    /// @param tool as the server calls it
    public static String offered(String server, String tool) {
        String name = server + "_" + tool.replaceAll("[^A-Za-z0-9_-]", "_");
        if (name.length() <= MAX_OFFERED_CHARS && name.endsWith("_" + tool)) {
            return name;
        }
        String mark = "_" + HexFormat.of().toHexDigits(tool.hashCode()); // two names may differ only in what was left out
        return name.substring(0, Math.min(name.length(), MAX_OFFERED_CHARS - mark.length())) + mark;
    }

    /// Whose tool it is that a brain names; nothing where it is no server's. A checked graph has one at most.
    public static Optional<Tool.Mcp> by(Collection<Tool> tools, String offered) {
        return tools.stream()
                .filter(Tool.Mcp.class::isInstance)
                .map(Tool.Mcp.class::cast)
                .filter(server -> isOf(server, offered))
                .max(Comparator.comparingInt(server -> server.name().length()));
    }

    static boolean isOf(Tool.Mcp server, String offered) {
        return offered.startsWith(server.name() + "_");
    }
}
