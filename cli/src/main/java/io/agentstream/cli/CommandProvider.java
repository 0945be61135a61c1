package io.agentstream.cli;

import java.util.List;
import java.util.Map;

/// Commands that are there only where somebody brings them along. Found by `ServiceLoader`: this module ships with production and
/// knows none of them.
public interface CommandProvider {

    /// New command objects, annotated for picocli, in the order of the help; they stand before the commands that are always there.
    ///
    /// @param environment configuration variables
    List<Object> commands(Map<String, String> environment);

    /// What to say below the list of commands; one line each.
    List<String> hints();
}
