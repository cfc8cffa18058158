package flotilla.top;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.protocol.InfrastructureException;
import java.util.Optional;

/** Asks a gateway over HTTP. */
public interface Questions {
    /**
     * The JSON at a path; empty when there is nothing.
     *
     * @throws InfrastructureException in one line, when it cannot be asked
     */
    Optional<JsonNode> get(String path) throws InterruptedException;
}
