package flotilla.gateway;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One request that the interface answers.
 *
 * @param method such as {@code GET}
 * @param path a template such as {@code /v1/classifications/{id}}; at most one segment in braces
 * @param access who may ask
 * @param handler what answers
 */
record Endpoint(String method, String path, Access access, Handler handler) {
    /** Who may ask. */
    enum Access {
        /** Everybody, also where keys are asked for: probes, the page and the interface's description. */
        OPEN,
        /** Keys that may read. */
        READ,
        /** Keys that may submit images. */
        SUBMIT,
        /** Keys that may do everything. */
        ADMIN
    }

    /** Answers a request. */
    @FunctionalInterface
    interface Handler {
        /**
         * @param parameter the segment that stood where the path has braces; empty text when it has none
         */
        CompletionStage<HttpResponse> handle(HttpRequest request, String parameter);
    }

    private static final Set<String> PROBES = Set.of("/healthz", "/readyz", "/metrics");

    /** Whether whoever watches over the gateway asks for it, and hears an answer also when nobody else does. */
    boolean isProbe() {
        return PROBES.contains(path);
    }

    /** The segments of the path; none for {@code /}. */
    List<String> segments() {
        return Endpoints.segments(path);
    }

    /** Whether a segment of the template stands for any. */
    static boolean isParameter(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }
}
