package io.agentstream.dev.embedded;

import java.nio.file.Path;

/// Names of directories that a server's own tools would take for something else.
final class Names {

    private Names() {}

    /// @throws StartFailedException where one of `characters` is in the path of `directory`
    static void refuse(Path directory, String characters) {
        String name = directory.toString();
        for (int i = 0; i < name.length(); i++) {
            if (characters.indexOf(name.charAt(i)) >= 0) {
                String what = name.charAt(i) == '\n' ? "line break" : "character " + name.charAt(i);
                throw new StartFailedException("The " + what + " may not be in the path " + name + ": choose another directory.");
            }
        }
    }
}
