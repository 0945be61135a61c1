/// A call as one file, `call.tar.zst`: written from a call's log, and read in the place of one, without any server and without keys.
/// What is read may be anybody's: every length, count and name has a bound, and whatever is not as [CallExport] writes it is refused in a
/// sentence that quotes nothing of it. ADR 19 says why it is as it is.
@NullMarked
package io.agentstream.calllog.export;

import org.jspecify.annotations.NullMarked;
