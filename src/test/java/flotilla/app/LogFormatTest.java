package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The log's own layout, as the jar has it. */
class LogFormatTest {
    @Test
    void messageWithLineEnds_shouldStayOneLine() throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                Path.of("src/main/resources/logback.xml").toUri().toURL());
        Logger logger = context.getLogger("flotilla.worker.X");
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("CONSOLE");

        String line = new String(
                console.getEncoder()
                        .encode(new LoggingEvent("", logger, Level.WARN, "unreadable: {}", null, new Object[] {
                            "a\r\n2026-11-29 INFO forged\u001B[2J"
                        })),
                StandardCharsets.UTF_8);

        assertThat(line).endsWith("WARN  X unreadable: a 2026-11-29 INFO forged [2J\n");
        assertThat(line.lines()).hasSize(1);
    }
}
