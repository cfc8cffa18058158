package flotilla.gateway;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * Answers requests that cannot even be read, as the server's settings name it ({@code parsing.error-handler}). They are the
 * sender's fault, all of them: no such answer is a 5xx, and none is logged above debug, so that nobody fills the log.
 */
public final class ParsingErrors extends ParsingErrorHandler {
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE_HEADERS = 431;
    private static final int FIRST_SERVER_ERROR = 500;

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        log.debug("{}: {}", status.intValue(), error.summary());
        return Problem.malformed(status(status.intValue(), error.summary()), error.summary())
                .toResponse();
    }

    /** Too many headers are for the server a bad request like any other; an unknown method or version is its own failure. */
    private static int status(int status, String summary) {
        if (status == BAD_REQUEST && summary.contains("more than the configured limit")) {
            return TOO_LARGE_HEADERS;
        }
        return status >= FIRST_SERVER_ERROR ? BAD_REQUEST : status;
    }
}
