/// How conversations go from one worker to another: what is written down before partitions leave, what is read when they come, how far
/// the log is done with, and whether what is held is still one's own. Knows no conversation, only who holds them.
@NullMarked
package io.agentstream.worker.takeover;

import org.jspecify.annotations.NullMarked;
