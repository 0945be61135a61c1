package io.agentstream.cli;

import java.util.List;

/// Commands that are there only where somebody brings them along. Found by `ServiceLoader`: this module ships with production and
/// knows none of them.
public interface CommandProvider {

    /// New command objects, annotated for picocli, in the order of the help; they stand before the commands that are always there.
    ///
    /// @param terminal where they write, and the configuration variables
    List<Object> commands(Terminal terminal);

    /// What to say below the list of commands; one line each.
    List<String> hints();
}
