package io.agentstream.schemas;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// One step of a machine, as a journal has it: independent of what the machine's inputs are today. Any thread, as long as nobody
/// changes the nodes.
///
/// @param atMs time of the input, in milliseconds since 1970
/// @param input an object with its `type`
/// @param effects objects with their `type`, in order
public record JournalEntry(long atMs, JsonNode input, List<JsonNode> effects) {}
