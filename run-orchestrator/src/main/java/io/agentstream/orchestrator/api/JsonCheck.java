package io.agentstream.orchestrator.api;

import tools.jackson.databind.JsonNode;

/// Finds what is JSON, and yet nothing that a database or another reader of JSON can hold: U+0000, half a surrogate pair, numbers
/// beyond 64 bits. Any thread.
final class JsonCheck {
    private static final String TEXT = "holds U+0000 or half of a surrogate pair";

    private JsonCheck() {}

    /// `node` has at most [Json#MAX_DEPTH] levels.
    static void check(JsonNode node, Errors errors) {
        check(node, new StringBuilder(), errors);
    }

    private static void check(JsonNode node, StringBuilder path, Errors errors) {
        switch (node.getNodeType()) {
            case OBJECT -> {
                for (var property : node.properties()) {
                    int length = path.length();
                    path.append(length == 0 ? "" : ".").append(property.getKey());
                    if (!isText(property.getKey())) {
                        errors.add(path.toString(), "is a name that " + TEXT);
                    }
                    check(property.getValue(), path, errors);
                    path.setLength(length);
                }
            }
            case ARRAY -> {
                for (int i = 0; i < node.size(); i++) {
                    int length = path.length();
                    path.append('[').append(i).append(']');
                    check(node.get(i), path, errors);
                    path.setLength(length);
                }
            }
            case STRING -> {
                if (!isText(node.stringValue())) {
                    errors.add(path.toString(), TEXT);
                }
            }
            case NUMBER -> {
                boolean fits = node.isIntegralNumber() ? node.canConvertToLong() : Double.isFinite(node.doubleValue());
                if (!fits) {
                    errors.add(path.toString(), "is a number out of range");
                }
            }
            case BOOLEAN, NULL, BINARY, MISSING, POJO -> {}
        }
    }

    private static boolean isText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
