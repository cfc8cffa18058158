package flotilla.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/**
 * The log as a JSON object in each line: {@code at}, {@code level}, {@code logger}, {@code thread}, {@code message}, the line's own
 * fields such as {@code request} and {@code trace}, and {@code error}, an exception with its causes. All but ASCII is escaped, so that
 * nothing in it ends a line or steers a terminal.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("at", event.getInstant().toString());
            json.writeStringField("level", event.getLevel().toString());
            json.writeStringField("logger", event.getLoggerName());
            json.writeStringField("thread", event.getThreadName());
            json.writeStringField("message", event.getFormattedMessage());
            for (KeyValuePair field :
                    Optional.ofNullable(event.getKeyValuePairs()).orElse(List.of())) {
                json.writeStringField(field.key, String.valueOf(field.value));
            }
            if (event.getThrowableProxy() != null) {
                json.writeStringField("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
        line.writeBytes("\n".getBytes(StandardCharsets.US_ASCII));
        return line.toByteArray();
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
