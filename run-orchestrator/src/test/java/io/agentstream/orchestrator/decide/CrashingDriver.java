package io.agentstream.orchestrator.decide;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Properties;
import java.util.logging.Logger;

/// Stands before PostgreSQL's driver. Of the connections that call themselves [#NAME] it cuts one at the statement or commit that it
/// is told, before or after the server has done it; all others go through. There is one at a time ([#LOCK]), and at no time none: other
/// classes connect meanwhile.
public final class CrashingDriver implements Driver, AutoCloseable {

    public static final String NAME = "crashing";

    /// Of the classes that have one.
    public static final String LOCK = "the database's driver";

    private final Driver postgres;
    private int left;
    private boolean after;
    private boolean crashed;

    public CrashingDriver() throws SQLException {
        postgres = Collections.list(DriverManager.getDrivers()).stream()
                .filter(driver -> driver.getClass().getName().equals("org.postgresql.Driver"))
                .findFirst()
                .orElseThrow();
        DriverManager.registerDriver(this);
        DriverManager.deregisterDriver(postgres);
    }

    /// @param step which statement or commit from now on, from 1
    public synchronized void crashAt(int step, boolean afterIt) {
        left = step;
        after = afterIt;
        crashed = false;
    }

    /// Whether it came to that.
    public synchronized boolean disarm() {
        left = 0;
        return crashed;
    }

    private synchronized boolean isNow() {
        boolean now = left > 0 && --left == 0;
        crashed |= now;
        return now;
    }

    private <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        Connection real = postgres.connect(url, properties);
        if (real == null || !NAME.equals(properties.getProperty("ApplicationName"))) {
            return real;
        }
        return proxy(Connection.class, (self, method, arguments) -> switch (method.getName()) {
            case "commit" -> step(real, () -> method.invoke(real, arguments));
            case "prepareStatement" -> {
                PreparedStatement statement = (PreparedStatement) invoke(() -> method.invoke(real, arguments));
                yield proxy(PreparedStatement.class, (own, call, values) -> call.getName().startsWith("execute")
                        ? step(real, () -> call.invoke(statement, values))
                        : invoke(() -> call.invoke(statement, values)));
            }
            default -> invoke(() -> method.invoke(real, arguments));
        });
    }

    private interface Call {
        Object run() throws ReflectiveOperationException;
    }

    private Object step(Connection real, Call call) throws Throwable {
        if (!isNow()) {
            return invoke(call);
        }
        if (after) {
            invoke(call);
        }
        real.abort(Runnable::run);
        throw new SQLException("cut off", "08006");
    }

    private static Object invoke(Call call) throws Throwable {
        try {
            return call.run();
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return postgres.acceptsURL(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) throws SQLException {
        return postgres.getPropertyInfo(url, properties);
    }

    @Override
    public int getMajorVersion() {
        return postgres.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return postgres.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return postgres.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("crashing");
    }

    @Override
    public void close() throws SQLException {
        DriverManager.registerDriver(postgres);
        DriverManager.deregisterDriver(this);
    }
}
