package flotilla.gateway;

import flotilla.gateway.Endpoint.Access;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/** The page, the probes and the interface's description, all from the jar: no other host is needed. */
final class SiteApi {
    private static final String UPLOT = "META-INF/resources/webjars/uplot/" + UplotVersion.VALUE + "/dist/";
    private static final String SWAGGER = "META-INF/resources/webjars/swagger-ui/" + SwaggerVersion.VALUE + "/";
    private static final ContentType HTML = ContentTypes.TEXT_HTML_UTF8;
    private static final ContentType SCRIPT = MediaTypes.APPLICATION_JAVASCRIPT.toContentType(HttpCharsets.UTF_8);
    private static final ContentType STYLE = MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8);

    /** Files of the documentation page, by the name that is asked for. */
    private static final Map<String, ContentType> DOCS =
            Map.of("swagger-ui.css", STYLE, "swagger-ui-bundle.js", SCRIPT);

    /** A file of the jar. */
    private record Resource(String name, ContentType type) {}

    /** Files of the page, by the name that is asked for. */
    private static final Map<String, Resource> PAGE = page();

    private static final String HOME = "web/index.html";
    /** In the page, where it has the largest image that is taken. */
    private static final String MAX_IMAGE_SIZE = "MAX-IMAGE-SIZE";

    private final Supplier<CompletionStage<Optional<String>>> readiness;
    private final long maxImageSize;
    private final Map<String, WebFile> cache = new ConcurrentHashMap<>();

    /**
     * @param readiness what is not ready, or empty
     * @param maxImageSize in bytes
     */
    SiteApi(Supplier<CompletionStage<Optional<String>>> readiness, long maxImageSize) {
        this.readiness = readiness;
        this.maxImageSize = maxImageSize;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/", Access.OPEN, (request, none) -> Answers.done(home(request))),
                new Endpoint("GET", "/page/{file}", Access.OPEN, (request, name) -> Answers.done(page(request, name))),
                new Endpoint(
                        "GET",
                        "/healthz",
                        Access.OPEN,
                        (request, none) -> Answers.done(Replies.json(200, Replies.object("status", "ok")))),
                new Endpoint("GET", "/readyz", Access.OPEN, (request, none) -> ready()),
                new Endpoint(
                        "GET",
                        "/openapi.json",
                        Access.OPEN,
                        (request, none) ->
                                Answers.done(file(request, "web/openapi.json", ContentTypes.APPLICATION_JSON))),
                new Endpoint(
                        "GET",
                        "/docs",
                        Access.OPEN,
                        (request, none) -> Answers.done(file(request, "web/docs.html", HTML, WebFile.Styles.ANYWHERE))),
                new Endpoint("GET", "/docs/{file}", Access.OPEN, (request, name) -> Answers.done(docs(request, name))));
    }

    private HttpResponse home(HttpRequest request) {
        HttpResponse home = Accepted.types(request).prefers("text/html", "application/json")
                ? page(request)
                : Replies.json(
                        200,
                        Replies.object("response", "success")
                                .put("message", "flotilla is running; POST an image to / or /v1/classifications"));
        return Replies.vary(home, "Accept");
    }

    private HttpResponse page(HttpRequest request) {
        return cache.computeIfAbsent(
                        HOME,
                        name -> WebFile.of(
                                name,
                                HTML,
                                WebFile.Styles.IN_FILES,
                                text -> text.replace(MAX_IMAGE_SIZE, Long.toString(maxImageSize))))
                .response(request);
    }

    private CompletionStage<HttpResponse> ready() {
        return readiness
                .get()
                .thenApply(missing -> missing.map(
                                what -> Problem.unavailable(what).toResponse())
                        .orElseGet(() -> Replies.json(200, Replies.object("status", "ready"))));
    }

    private static Map<String, Resource> page() {
        Map<String, Resource> files = new HashMap<>();
        for (String script : List.of(
                "main",
                "gateway",
                "events",
                "photographs",
                "thumbnails",
                "check",
                "fleet",
                "figures",
                "decisions",
                "cost",
                "charts",
                "series",
                "clock",
                "text")) {
            files.put(script + ".js", new Resource("web/page/" + script + ".js", SCRIPT));
        }
        files.put("page.css", new Resource("web/page/page.css", STYLE));
        files.put("uplot.js", new Resource(UPLOT + "uPlot.iife.min.js", SCRIPT));
        files.put("uplot.css", new Resource(UPLOT + "uPlot.min.css", STYLE));
        return Map.copyOf(files);
    }

    private HttpResponse page(HttpRequest request, String name) {
        Resource resource = PAGE.get(name);
        return resource == null ? nothing("see GET /") : file(request, resource.name(), resource.type());
    }

    private HttpResponse docs(HttpRequest request, String name) {
        ContentType type = DOCS.get(name);
        return type == null ? nothing("see GET /docs") : file(request, SWAGGER + name, type);
    }

    private static HttpResponse nothing(String remedy) {
        return Problem.of(404, "not-found", "there is nothing here", remedy).toResponse();
    }

    private HttpResponse file(HttpRequest request, String resource, ContentType type) {
        return file(request, resource, type, WebFile.Styles.IN_FILES);
    }

    private HttpResponse file(HttpRequest request, String resource, ContentType type, WebFile.Styles styles) {
        return cache.computeIfAbsent(resource, name -> WebFile.of(name, type, styles))
                .response(request);
    }
}
