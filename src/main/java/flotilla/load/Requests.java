package flotilla.load;

import java.io.FileNotFoundException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;

/**
 * The requests as they go over the wire. The classic form has the bytes that the earlier services' clients send (those of
 * Python's {@code requests}): one part with name and file name and no type of its own. Files are read while they are sent.
 */
final class Requests {
    /** How long the server may keep a request before it answers 202, in seconds; below what proxies allow by default. */
    static final int WAIT_SECONDS = 30;

    private static final int POLL_SECONDS = 20;
    private static final Duration QUESTION_WITHIN = Duration.ofSeconds(5);

    private final Target target;
    private final String boundary;

    /**
     * @param random makes the boundary of the forms
     */
    Requests(Target target, Random random) {
        this.target = target;
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        this.boundary = HexFormat.of().formatHex(bytes);
    }

    /**
     * The request that brings an image.
     *
     * @param idempotencyKey for an interface that knows such keys
     * @throws FileNotFoundException when the image's file is gone
     */
    HttpRequest post(LoadImage image, Optional<String> idempotencyKey) throws FileNotFoundException {
        HttpRequest.Builder request;
        if (target.api() == Api.CLASSIC) {
            request = builder(target.classic())
                    .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                    .POST(form(image));
        } else {
            String name =
                    URLEncoder.encode(image.name(), StandardCharsets.UTF_8).replace("+", "%20");
            request = builder(target.below("/v1/classifications?file=" + name))
                    .header("Content-Type", image.mediaType())
                    .header("Prefer", target.api() == Api.V1 ? "wait=" + waitSeconds() : "respond-async")
                    .POST(BodyPublishers.ofFile(image.path()));
            idempotencyKey.ifPresent(key -> request.header("Idempotency-Key", key));
        }
        return request.build();
    }

    /**
     * A long poll for a promised answer.
     *
     * @throws IllegalArgumentException when that is no address
     */
    HttpRequest poll(String location) {
        String wait = (location.contains("?") ? "&" : "?") + "wait=" + POLL_SECONDS;
        return builder(target.base().resolve(location + wait)).GET().build();
    }

    /** A question about the system itself. */
    HttpRequest question(String path) {
        return common(target.below(path)).timeout(QUESTION_WITHIN).GET().build();
    }

    private HttpRequest.Builder builder(URI uri) {
        HttpRequest.Builder builder = common(uri);
        return target.newConnections() ? builder.header("Connection", "close") : builder;
    }

    private HttpRequest.Builder common(URI uri) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(uri).header("Accept", "*/*").header("User-Agent", "flotilla-load");
        target.headers().forEach(builder::setHeader);
        return builder;
    }

    private BodyPublisher form(LoadImage image) throws FileNotFoundException {
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted(target.field())
                + "\"; filename=\"" + quoted(image.name()) + "\"\r\n\r\n";
        return BodyPublishers.concat(
                BodyPublishers.ofString(head),
                BodyPublishers.ofFile(image.path()),
                BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
    }

    private long waitSeconds() {
        return Math.min(WAIT_SECONDS, Math.max(1, target.timeout().toSeconds()));
    }

    /** As browsers and urllib3 escape names in forms. */
    private static String quoted(String name) {
        return name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }
}
