package io.agentstream.dev.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.ResourceLock;

/// On a class that starts process after process and kills them: one of these at a time, and all of them drills.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ResourceLock("processes that are killed")
@Order(Turn.KILLED)
@Drill
public @interface KillsProcesses {}
