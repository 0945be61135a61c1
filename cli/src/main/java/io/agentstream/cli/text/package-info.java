/// What commands write to a terminal: in columns, and in colours where there are any.
@NullMarked
package io.agentstream.cli.text;

import org.jspecify.annotations.NullMarked;
