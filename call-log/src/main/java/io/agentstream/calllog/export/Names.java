package io.agentstream.calllog.export;

import java.util.HashMap;
import java.util.Map;

/// Numbers in the place of names, in the order in which they come: who knew none of them learns none. One thread.
final class Names {

    private static final int MAX = 1_000;

    private final String what;
    private final Map<String, String> known = new HashMap<>();

    Names(String what) {
        this.what = what;
    }

    String of(String name) {
        String numbered = known.get(name);
        if (numbered == null) {
            if (known.size() >= MAX) {
                return what;
            }
            numbered = what + "-" + (known.size() + 1);
            known.put(name, numbered);
        }
        return numbered;
    }
}
