package flotilla.app;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import flotilla.config.LogSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How this process writes its log. Lines for people until settings are read that say otherwise. */
final class LogFormat {
    private static final String CONSOLE = "CONSOLE";

    private LogFormat() {}

    static void use(LogSettings.Format format) {
        // Commands that log nothing are spared the log's start.
        if (format == LogSettings.Format.JSON && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            use(format, context);
        }
    }

    /** Once JSON it stays so: who reads it reads it to the end. */
    static void use(LogSettings.Format format, LoggerContext context) {
        Appender<ILoggingEvent> console =
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(CONSOLE);
        if (format == LogSettings.Format.JSON && console instanceof ConsoleAppender<ILoggingEvent> appender) {
            JsonLines lines = new JsonLines();
            lines.setContext(context);
            lines.start();
            appender.setEncoder(lines);
        }
    }
}
