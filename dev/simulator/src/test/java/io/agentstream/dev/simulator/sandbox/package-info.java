/// What the sandbox of the provider's API promises over HTTP.
///
/// Nothing here may need a broker or a database.
@NullMarked
package io.agentstream.dev.simulator.sandbox;

import org.jspecify.annotations.NullMarked;
