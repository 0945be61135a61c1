/// What is shipped beside the code: the compose file, read as an operator would.
///
/// Nothing here may need a container engine.
@NullMarked
package io.agentstream.allinone.deploy;

import org.jspecify.annotations.NullMarked;
