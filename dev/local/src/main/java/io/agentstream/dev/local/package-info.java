/// The whole system on one machine that has nothing else installed: the demo tenant, and the commands `up`, `call` and `bench`.
///
/// Nothing here may decide anything about a call: that is the services' work. Nothing of production depends on it.
@NullMarked
package io.agentstream.dev.local;

import org.jspecify.annotations.NullMarked;
