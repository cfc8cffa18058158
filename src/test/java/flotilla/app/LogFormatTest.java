package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.config.LogSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** The log's own layout, as the jar has it. */
class LogFormatTest {
    private static String logged(Throwable failure, String what) throws Exception {
        return logged(LogSettings.Format.HUMAN, failure, what, List.of());
    }

    private static String logged(LogSettings.Format format, Throwable failure, String what, List<KeyValuePair> fields)
            throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                Path.of("src/main/resources/logback.xml").toUri().toURL());
        LogFormat.use(format, context);
        Logger logger = context.getLogger("flotilla.worker.X");
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("CONSOLE");

        LoggingEvent event = new LoggingEvent("", logger, Level.WARN, "unreadable: {}", failure, new Object[] {what});
        fields.forEach(event::addKeyValuePair);
        return new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
    }

    private static final List<KeyValuePair> IMAGE = List.of(
            new KeyValuePair("request", "01a205f0-4de1-7ee5-8467-340da8ad4ddf"),
            new KeyValuePair("trace", "0af7651916cd43dd8448eb211c80319c"));

    @Test
    void lineAboutAnImage_shouldBeginWithItsRequestAndTrace() throws Exception {
        assertThat(logged(LogSettings.Format.HUMAN, null, "x", IMAGE))
                .endsWith("WARN  X request=01a205f0-4de1-7ee5-8467-340da8ad4ddf"
                        + " trace=0af7651916cd43dd8448eb211c80319c unreadable: x\n")
                .hasLineCount(1);
    }

    @Test
    void fieldWithLineEnds_shouldStayInItsLine() throws Exception {
        assertThat(logged(LogSettings.Format.HUMAN, null, "x", List.of(new KeyValuePair("a", "b\nc\u001B"))))
                .endsWith("X a=b c  unreadable: x\n")
                .hasLineCount(1);
    }

    @Test
    void json_shouldBeAnObjectInALineWithItsFields() throws Exception {
        String line = logged(LogSettings.Format.JSON, null, "a\r\nb\u2028\u009Bc \u00fc", IMAGE);

        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(line).endsWith("}\n").hasLineCount(1).matches("\\p{ASCII}+");
        assertThat(Instant.parse(json.path("at").asText())).isNotNull();
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.path("logger").asText()).isEqualTo("flotilla.worker.X");
        assertThat(json.path("message").asText()).isEqualTo("unreadable: a\r\nb\u2028\u009Bc \u00fc");
        assertThat(json.path("request").asText()).isEqualTo("01a205f0-4de1-7ee5-8467-340da8ad4ddf");
        assertThat(json.path("trace").asText()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(json.has("error")).isFalse();
    }

    @Test
    void exceptionInJson_shouldBeAFieldWithItsCauses() throws Exception {
        String line = logged(
                LogSettings.Format.JSON,
                new IllegalStateException("outer", new IllegalArgumentException("inner")),
                "x",
                List.of());

        assertThat(line).hasLineCount(1);
        assertThat(new ObjectMapper().readTree(line).path("error").asText())
                .startsWith("java.lang.IllegalStateException: outer")
                .contains("Caused by: java.lang.IllegalArgumentException: inner");
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
