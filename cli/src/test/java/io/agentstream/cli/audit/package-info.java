@NullMarked
package io.agentstream.cli.audit;

import org.jspecify.annotations.NullMarked;
