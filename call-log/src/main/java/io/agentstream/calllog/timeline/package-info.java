/// What happened in a call, as one list for people: a [Timeline] makes it of the call's log, entry by entry, and sums it up.
@NullMarked
package io.agentstream.calllog.timeline;

import org.jspecify.annotations.NullMarked;
