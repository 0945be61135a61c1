/// A call run again: the machines of this version take in what they took in then, and each effect is compared.
@NullMarked
package io.agentstream.calllog.verify;

import org.jspecify.annotations.NullMarked;
