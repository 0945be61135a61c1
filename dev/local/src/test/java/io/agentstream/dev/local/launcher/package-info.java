/// The launcher `./agent-stream`, on a small project of its own: Maven and Java are scripts that say what they were asked.
@NullMarked
package io.agentstream.dev.local.launcher;

import org.jspecify.annotations.NullMarked;
