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
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log's own layout, as the jar has it. */
class LogFormatTest {
    private static String logged(Throwable failure, String what) throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                Path.of("src/main/resources/logback.xml").toUri().toURL());
        Logger logger = context.getLogger("flotilla.worker.X");
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("CONSOLE");

        return new String(
                console.getEncoder()
                        .encode(new LoggingEvent(
                                "", logger, Level.WARN, "unreadable: {}", failure, new Object[] {what})),
                StandardCharsets.UTF_8);
    }

    @Test
    void messageWithLineEnds_shouldStayOneLine() throws Exception {
        String line = logged(null, "a\r\n2026-11-29 INFO forged\u001B[2J");

        assertThat(line).endsWith("WARN  X unreadable: a 2026-11-29 INFO forged [2J\n");
        assertThat(line.lines()).hasSize(1);
    }

    @Test
    void otherControls_shouldBeSpacesToo() throws Exception {
        assertThat(logged(null, "a\u009B2Jb\u0085c\u2028d\u2029e\u007Ff"))
                .endsWith("X unreadable: a 2Jb c d e f\n")
                .hasLineCount(1);
    }

    @Test
    void exception_shouldForgeNoLineAndSteerNoTerminal() throws Exception {
        Throwable failure = new IllegalStateException(
                "a\r\n2026-11-29 INFO forged\u009B2J",
                new IllegalArgumentException("b\n2026-11-29 INFO forged\u001B[2J\u2028c"));

        List<String> lines = logged(failure, "x").lines().toList();

        assertThat(lines.get(0)).endsWith("WARN  X unreadable: x");
        assertThat(lines.get(1)).isEqualTo("java.lang.IllegalStateException: a ");
        assertThat(lines.subList(2, lines.size())).hasSizeGreaterThan(3).allMatch(line -> line.startsWith(" "));
        assertThat(String.join("", lines)).contains("forged 2J", "forged [2J c", "Caused by: java.lang.Illegal");
        assertThat(String.join("", lines)).doesNotContainPattern("[\\p{Cc}\\u2028]");
    }
}
