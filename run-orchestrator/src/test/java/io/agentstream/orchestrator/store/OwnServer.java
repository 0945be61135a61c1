package io.agentstream.orchestrator.store;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a class of tests whose [TestPostgres] gives it a server of its own: a transaction that is open elsewhere on a server is seen in all of
/// its databases, by what waits until no older one is there.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OwnServer {}
