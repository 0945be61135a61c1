/// Calls run again by the machines of this version.
@NullMarked
package io.agentstream.cli.verify;

import org.jspecify.annotations.NullMarked;
