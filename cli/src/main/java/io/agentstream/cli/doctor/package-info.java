/// Goes through what an installation needs, and says of each thing in a line that it is well, or what is wrong and what to do.
///
/// Nothing here may change anything, or show a secret: no password, no token, no URL with its path.
@NullMarked
package io.agentstream.cli.doctor;

import org.jspecify.annotations.NullMarked;
