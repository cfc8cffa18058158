package flotilla.gateway;

import flotilla.gateway.CheckedUpload.RefusedException;
import flotilla.gateway.GatewayMeters.RequestMeter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request to its endpoint, with what holds for all of them: who may ask, from which pages, compressed or not. */
final class GatewayRoutes extends AllDirectives {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayRoutes.class);

    /** Browsers take an answer for what it says it is, and not for what its bytes look like. */
    private static final HttpHeader NO_SNIFFING = RawHeader.create("X-Content-Type-Options", "nosniff");

    private final Endpoints endpoints;
    private final AccessControl access;
    private final Cors cors;
    private final GatewayMeters meters;
    private final RequestMeter others;

    GatewayRoutes(Endpoints endpoints, AccessControl access, Cors cors, GatewayMeters meters) {
        this.endpoints = endpoints;
        this.access = access;
        this.cors = cors;
        this.meters = meters;
        this.others = meters.otherRequests();
    }

    Route create() {
        return extractRequest(request -> completeWithFuture(answer(request)))
                .seal(RejectionHandler.defaultHandler(), failures());
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        Asked asked = new Asked(meters, others);
        return cors.preflight(request)
                .map(Answers::done)
                .orElseGet(() -> access.guarded(request, who -> endpoints.answer(access.named(request), who, asked)))
                .exceptionally(failure -> failed(request, failure))
                .thenApply(response -> {
                    asked.answered(response);
                    return cors.allow(request, ContentCodings.encode(request, response))
                            .addHeader(NO_SNIFFING);
                });
    }

    private static HttpResponse failed(HttpRequest request, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            return refused.problem().toResponse();
        }
        if (cause instanceof IllegalUriException address) {
            return Problem.malformed(400, address.getMessage()).toResponse();
        }
        LOG.warn("{} {} failed", request.method().value(), request.getUri().path(), cause);
        return Problem.unavailable("something went wrong here; try again").toResponse();
    }

    private ExceptionHandler failures() {
        return ExceptionHandler.newBuilder()
                .matchAny(failure -> {
                    LOG.warn("a request failed", failure);
                    return complete(Problem.unavailable("something went wrong here; try again")
                            .toResponse());
                })
                .build();
    }
}
