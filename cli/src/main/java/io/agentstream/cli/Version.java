package io.agentstream.cli;

import io.agentstream.runtime.BuildVersion;
import picocli.CommandLine.IVersionProvider;

/// The version of the build.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"agent-stream " + BuildVersion.text()};
    }
}
