/// What is shipped beside the code: the compose file, read as an operator would.
///
/// Nothing here may need a container engine.
@NullMarked
package io.agentstream.dev.e2e.deploy;

import org.jspecify.annotations.NullMarked;
