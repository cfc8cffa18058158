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

/** HTTP for the EC2 Query API, version 2016-11-15: reads and checks the request, and writes the answer or the error. */
final class Ec2Endpoint implements HttpHandler {
    private static final Logger log = LoggerFactory.getLogger(Ec2Endpoint.class);
    private static final String XML = "text/xml;charset=UTF-8";

    private final Ec2Actions actions;
    private final Faults faults;

    Ec2Endpoint(Ec2Actions actions, Faults faults) {
        this.actions = actions;
        this.faults = faults;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String requestId = UUID.randomUUID().toString();
        try {
            Http.send(exchange, 200, XML, answer(exchange, requestId));
        } catch (Ec2Exception e) {
            log.debug("refused: {} {}", e.code(), e.getMessage());
            Http.send(exchange, e.httpStatus(), XML, Xml.error(e, requestId));
        } catch (RuntimeException e) {
            log.error("EC2 stand-in failed", e);
            Http.send(exchange, 500, XML, Xml.error(new Ec2Exception("InternalError", e.toString()), requestId));
        }
    }

    private String answer(HttpExchange exchange, String requestId) throws IOException {
        byte[] body = Http.body(exchange);
        String query =
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        SignatureV4.verify(exchange.getRequestMethod(), exchange.getRequestURI(), exchange.getRequestHeaders(), body);
        Ec2Request request = Ec2Request.parse(query + "&" + new String(body, StandardCharsets.UTF_8));
        Optional<String> fault = faults.next(request.action());
        if (fault.isPresent()) {
            throw new Ec2Exception(fault.get(), "Ordered by a test: " + fault.get());
        }
        Consumer<Xml> answer = actions.perform(request);
        return Xml.response(request.action(), requestId, answer);
    }
}
