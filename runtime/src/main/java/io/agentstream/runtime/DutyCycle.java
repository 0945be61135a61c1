package io.agentstream.runtime;

/// Work that is done in a loop by one thread, which owns it: no other thread may call these methods.
public interface DutyCycle {

    /// Name of the thread and of the loop in logs.
    String role();

    /// Called once, first.
    default void onStart() throws Exception {}

    /// One pass. May wait for input, but not for longer than about 100 ms, so that the loop can be stopped.
    void work() throws Exception;

    /// Interrupts a waiting [#work()]. The only method that any thread may call.
    default void wakeUp() {}

    /// Called once, last, also after a failure.
    default void onClose() throws Exception {}
}
