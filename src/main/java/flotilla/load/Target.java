package flotilla.load;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Whom requests go to, and how they look.
 *
 * @param base where the gateway is; the classic form goes to exactly this address when {@code path} is empty
 * @param path of the classic form below {@code base}, beginning with a slash; or empty
 * @param field of the classic form
 * @param headers added to each request
 * @param newConnections a TCP connection for each request, which no other uses
 * @param timeout from sending to the answer, retries included
 * @param retries how often a request is sent again when the server asks for that
 */
public record Target(
        URI base,
        Api api,
        String path,
        String field,
        Map<String, String> headers,
        boolean newConnections,
        Duration timeout,
        int retries) {
    /** The port of the earlier services' addresses, which came without one. */
    public static final int CLASSIC_PORT = 8000;

    public Target {
        headers = Map.copyOf(headers);
    }

    /**
     * Reads {@code --url}.
     *
     * @throws LoadException when it is no address of HTTP
     */
    public static URI url(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // The same remedy as for an address of another kind.
        }
        throw new LoadException("--url is an address such as http://127.0.0.1:8000, not " + text);
    }

    /**
     * Reads {@code --ip_addr}: a host, or host and port, or a whole address.
     *
     * @throws LoadException when it is none of them
     */
    public static URI ipAddress(String text) {
        if (text.contains("://")) {
            return url(text);
        }
        URI uri = url("http://" + text);
        return uri.getPort() == -1 ? url("http://" + uri.getHost() + ":" + CLASSIC_PORT + uri.getRawPath()) : uri;
    }

    /** Where the classic form goes. */
    URI classic() {
        if (path.isEmpty()) {
            return base.getRawPath().isEmpty() ? URI.create(base + "/") : base;
        }
        return below(path);
    }

    /** An address of the interface. */
    URI below(String absolutePath) {
        String prefix = base.getRawPath().replaceAll("/+$", "");
        return base.resolve(prefix + absolutePath);
    }

    /** Whether text answers begin with the image's stem. */
    boolean stems() {
        return field.equals("inputFile");
    }
}
