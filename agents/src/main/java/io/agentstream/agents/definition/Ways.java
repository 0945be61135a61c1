package io.agentstream.agents.definition;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Where a node can lead. Pure; any thread.
final class Ways {

    private Ways() {}

    /// By itself, and not by what a tool does.
    static List<String> of(Node node) {
        Stream<String> own = switch (node) {
            case Node.Transfer transfer -> Stream.of(transfer.onSuccess(), transfer.onFailure());
            case Node.Say _, Node.Gather _, Node.Agent _, Node.Capture _, Node.Http _, Node.Set _, Node.HangUp _ -> Stream.of();
        };
        return Stream.of(Stream.of(node.common().next()), node.common().edges().stream().map(Edge::go), own)
                .flatMap(each -> each)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /// Where a tool can lead.
    static List<String> of(Tool tool) {
        return tool instanceof Tool.Transfer transfer && transfer.onFailure() != null ? List.of(transfer.onFailure()) : List.of();
    }
}
