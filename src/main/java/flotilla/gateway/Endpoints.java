package flotilla.gateway;

import flotilla.gateway.Endpoint.Access;
import flotilla.gateway.GatewayMeters.RequestMeter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** The table of all endpoints: finds the one that a request is for, or says that there is none. */
final class Endpoints {
    /** The endpoint for a request, and the segment that stood in its braces. */
    private record Match(Served served, String parameter) {
        private Endpoint endpoint() {
            return served.endpoint();
        }
    }

    private record Served(Endpoint endpoint, List<String> segments, RequestMeter meter) {}

    private final List<Served> all;

    Endpoints(List<Endpoint> all, GatewayMeters meters) {
        this.all = all.stream()
                .map(one -> new Served(one, one.segments(), meters.requests(one.method(), one.path())))
                .toList();
    }

    /**
     * Answers a request by its endpoint: 404 when no path fits, 405 when only its method does not. HEAD is GET without a body,
     * which the server takes care of; OPTIONS tells the methods. One without a
     * place among those in progress is refused, unless it is a probe.
     *
     * @param guard decides whether the request is let through, given who may ask; an answer keeps it out
     * @param asked is told which endpoint it is, before there is an answer
     */
    CompletionStage<HttpResponse> answer(
            HttpRequest request, BiFunction<HttpRequest, Access, Optional<HttpResponse>> guard, Asked asked) {
        List<String> segments = segments(request.getUri().path());
        List<Match> fitting = new ArrayList<>();
        for (Served served : all) {
            match(served, segments).ifPresent(fitting::add);
        }
        if (fitting.isEmpty()) {
            return Answers.done(Problem.of(404, "not-found", "there is nothing here", "see GET /docs for what there is")
                    .toResponse());
        }
        String method = request.method().value().equals("HEAD")
                ? "GET"
                : request.method().value();
        Optional<Match> match = fitting.stream()
                .filter(one -> one.endpoint().method().equals(method))
                .findFirst();
        if (match.isEmpty()) {
            String allowed = allowed(fitting);
            return Answers.done(method.equals("OPTIONS") ? options(allowed) : methodNotAllowed(allowed));
        }
        asked.isFor(match.get().served().meter());
        Endpoint endpoint = match.get().endpoint();
        if (RequestsInProgress.isWithoutPlace(request) && !endpoint.isProbe()) {
            return Answers.done(Problem.tooManyInProgress().toResponse());
        }
        Optional<HttpResponse> kept = guard.apply(request, endpoint.access());
        if (kept.isPresent()) {
            return Answers.done(kept.get());
        }
        return endpoint.handler().handle(request, match.get().parameter());
    }

    private static String allowed(List<Match> fitting) {
        Stream<String> served = fitting.stream().map(one -> one.endpoint().method());
        return served.flatMap(method -> method.equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(method))
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(() -> new TreeSet<>(Set.of("OPTIONS"))),
                        methods -> String.join(", ", methods)));
    }

    private static HttpResponse options(String allowed) {
        return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT).addHeader(RawHeader.create("Allow", allowed));
    }

    private static HttpResponse methodNotAllowed(String allowed) {
        return Problem.of(
                        405,
                        "method-not-allowed",
                        "this method is not for this address",
                        "use " + allowed.replace(", ", " or "))
                .toResponse()
                .addHeader(RawHeader.create("Allow", allowed));
    }

    private static Optional<Match> match(Served served, List<String> segments) {
        List<String> template = served.segments();
        if (template.size() != segments.size()) {
            return Optional.empty();
        }
        String parameter = "";
        for (int i = 0; i < segments.size(); i++) {
            if (Endpoint.isParameter(template.get(i))) {
                parameter = segments.get(i);
            } else if (!template.get(i).equals(segments.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Match(served, parameter));
    }

    /** The segments of a path, decoded; a slash at the end makes no difference. */
    static List<String> segments(String path) {
        return Arrays.stream(path.split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(Endpoints::decoded)
                .toList();
    }

    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return segment;
        }
    }
}
