package flotilla.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import flotilla.config.AwsSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** S3 on a free port that answers each request as a test says, in S3's own words, and keeps what it was asked. */
public final class FakeS3 implements AutoCloseable {
    /**
     * A request as it came.
     *
     * @param query of the address, undecoded; empty when there is none
     */
    public record Asked(String method, String query, Headers headers, String body) {
        /** Method and subresource, such as {@code GET tagging}; the method alone where an object or a bucket itself is meant. */
        public String call() {
            return (method + " " + query.split("[=&]")[0]).strip();
        }
    }

    /**
     * A response.
     *
     * @param sent how many bytes of the body are sent before the connection is closed
     */
    public record Said(int status, String body, int sent) {
        public static Said of(int status, String body) {
            return new Said(status, body, body.getBytes(UTF_8).length);
        }

        /** @param code such as {@code AccessDenied} */
        public static Said error(int status, String code) {
            return of(status, "<Error><Code>" + code + "</Code><Message>no luck</Message></Error>");
        }

        /** All is well, and there is nothing to tell. */
        public static Said done() {
            return of(200, "");
        }
    }

    private final LoopbackServer server;
    private final Function<Asked, Said> answers;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** Starts it. */
    public FakeS3(Function<Asked, Said> answers) {
        this.answers = answers;
        server = new LoopbackServer(this::answer);
    }

    /** Of a client of this S3. */
    public AwsSettings settings(String region) {
        return new AwsSettings(
                Optional.of(region),
                Optional.empty(),
                Optional.of(server.url()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new AwsSettings.Credentials("local", "local")));
    }

    /** What was asked, in order. */
    public List<Asked> asked() {
        return asked;
    }

    private void answer(HttpExchange exchange) throws IOException {
        Asked one = new Asked(
                exchange.getRequestMethod(),
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""),
                exchange.getRequestHeaders(),
                new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        asked.add(one);
        Said said = answers.apply(one);
        byte[] body = one.method().equals("HEAD") ? new byte[0] : said.body().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(said.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body, 0, said.sent());
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.close();
    }
}
