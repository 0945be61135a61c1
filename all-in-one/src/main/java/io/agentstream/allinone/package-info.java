/// The one process that holds everything: the command line, and what a machine needs to run the system with nothing else
/// installed.
///
/// Nothing here may decide anything about a call: that is the services' work.
@NullMarked
package io.agentstream.allinone;

import org.jspecify.annotations.NullMarked;
