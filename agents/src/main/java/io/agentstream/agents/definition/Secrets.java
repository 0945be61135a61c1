package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Finds what looks like a secret. A definition is shown to whoever may look, kept in every version, and carried on topics: a key is
/// stored apart, and only its name stands in a definition. Pure; any thread.
final class Secrets {

    /// Deepest document that is looked into; a definition is not half as deep.
    static final int MAX_DEPTH = 32;

    /// How the keys of well-known services begin, and what tells a signed token and a private key.
    private static final Pattern KEY = Pattern.compile(
            "(?<![A-Za-z0-9])(?:"
                    + "sk-[A-Za-z0-9_-]{16,}|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|sk_[a-f0-9]{24,}|sk_car_[A-Za-z0-9]{10,}"
                    + "|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{20,}"
                    + "|glpat-[A-Za-z0-9_-]{16,}"
                    + "|xox[abprs]-[A-Za-z0-9-]{10,}|whsec_[A-Za-z0-9+/=]{16,}|SG\\.[A-Za-z0-9_-]{16,}"
                    + "|eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}"
                    + ")|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----");

    /// What proves who asks, written out.
    private static final Pattern CREDENTIAL = Pattern.compile(
            "(?i)\\b(?:bearer|basic|token)\\s+[A-Za-z0-9+/=._~-]{16,}"
                    + "|[?&](?:api[_-]?key|key|token|access_token|secret|password)=[^{&\\s]{8,}|://[^/@\\s]{1,100}:[^/@\\s]{1,100}@");

    /// What a name of a key never looks like: long, and nothing but hexadecimal or mixed letters and digits.
    private static final Pattern RAW = Pattern.compile("[0-9a-f]{24,}|(?=[a-z0-9]*[0-9])(?=[a-z0-9]*[a-z])[a-z0-9]{32,}");

    private static final String ADVICE = "looks like a secret: store it as a key, and write the key's name";

    private Secrets() {}

    /// Says where in a document something looks like a secret; the secret is not shown.
    static void find(JsonNode json, Problems problems) {
        find(json, "", 0, problems);
    }

    private static void find(JsonNode json, String at, int depth, Problems problems) {
        if (depth > MAX_DEPTH) {
            problems.add(at, "is nested deeper than " + MAX_DEPTH);
            return;
        }
        if (json.isString()) {
            String text = json.stringValue();
            if (looksSecret(text) || (at.endsWith(".key") && RAW.matcher(text).matches())) {
                problems.add(at, ADVICE);
            }
            return;
        }
        int index = 0;
        if (json.isArray()) {
            for (JsonNode item : json) {
                find(item, child(at, Integer.toString(index++)), depth + 1, problems);
            }
            return;
        }
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            find(each.getValue(), child(at, each.getKey()), depth + 1, problems);
        }
    }

    static boolean looksSecret(String text) {
        return KEY.matcher(text).find() || CREDENTIAL.matcher(text).find();
    }
}
