/// What the embedded servers promise: they start, keep what they were given, and go away.
///
/// Nothing here may mock a broker or a database.
@NullMarked
package io.agentstream.dev.embedded;

import org.jspecify.annotations.NullMarked;
