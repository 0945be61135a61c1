/// Tests of what a local system keeps and says.
@NullMarked
package io.agentstream.dev.local;

import org.jspecify.annotations.NullMarked;
