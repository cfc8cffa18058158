package flotilla.protocol;

import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import java.util.Optional;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Log lines about one image. Its request, and its trace when it has one, are fields of the line, which stand before its text, or for
 * themselves where the log is JSON.
 */
public final class About {
    /** The id of the request. */
    public static final String REQUEST = "request";
    /** The id of the trace, 32 hexadecimal digits. */
    public static final String TRACE = "trace";

    private static final String MESSAGE = "messageId";

    private About() {}

    /** A line about an image of which the id is all that is known. */
    public static LoggingEventBuilder image(LoggingEventBuilder line, RequestId id) {
        return line.addKeyValue(REQUEST, id.value());
    }

    /** A line about an image. */
    public static LoggingEventBuilder image(LoggingEventBuilder line, RequestId id, Optional<TraceParent> trace) {
        LoggingEventBuilder about = image(line, id);
        return trace.map(known -> about.addKeyValue(TRACE, known.traceId())).orElse(about);
    }

    /** A line about a request. */
    public static LoggingEventBuilder image(LoggingEventBuilder line, ClassificationRequest request) {
        return image(line, request.id(), request.traceParent());
    }

    /** A line about a message of the request queue, and about its request when that can be read. For what is seldom said. */
    public static LoggingEventBuilder message(LoggingEventBuilder line, QueueMessage message) {
        LoggingEventBuilder about = line.addKeyValue(MESSAGE, message.messageId());
        try {
            return image(about, WireFormat.readRequest(message.body()));
        } catch (WireFormat.UnreadableException none) {
            return about;
        }
    }
}
