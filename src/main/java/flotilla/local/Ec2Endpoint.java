package flotilla.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP for the Query APIs of EC2, version 2016-11-15, and of EC2 Auto Scaling, version 2011-01-01: reads and checks the request,
 * lets the one that the version names answer, and writes its answer or the error. Ordered {@link Faults} come first.
 */
final class Ec2Endpoint implements HttpHandler {
    private static final Logger log = LoggerFactory.getLogger(Ec2Endpoint.class);
    private static final String XML = "text/xml;charset=UTF-8";

    private static final String AUTO_SCALING_VERSION = "2011-01-01";

    private final QueryApi ec2;
    private final QueryApi autoScaling;
    private final Faults faults;

    Ec2Endpoint(QueryApi ec2, QueryApi autoScaling, Faults faults) {
        this.ec2 = ec2;
        this.autoScaling = autoScaling;
        this.faults = faults;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String requestId = UUID.randomUUID().toString();
        QueryApi api = ec2;
        try {
            byte[] body = Http.body(exchange);
            Ec2Request request = read(exchange, body);
            api = request.version().equals(AUTO_SCALING_VERSION) ? autoScaling : ec2;
            SignatureV4.verify(
                    exchange.getRequestMethod(), exchange.getRequestURI(), exchange.getRequestHeaders(), body);
            faults.next(request).ifPresent(code -> {
                throw new Ec2Exception(code, "Ordered by a test: " + code);
            });
            Consumer<Xml> answer = api.perform(request);
            Http.send(exchange, 200, XML, api.answer(request.action(), requestId, answer));
        } catch (Ec2Exception e) {
            log.debug("refused: {} {}", e.code(), e.getMessage());
            Http.send(exchange, e.httpStatus(), XML, api.refusal(e, requestId));
        } catch (RuntimeException e) {
            log.error("EC2 stand-in failed", e);
            Http.send(exchange, 500, XML, api.refusal(new Ec2Exception("InternalError", e.toString()), requestId));
        }
    }

    private static Ec2Request read(HttpExchange exchange, byte[] body) {
        String query =
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        return Ec2Request.parse(query + "&" + new String(body, StandardCharsets.UTF_8));
    }
}
