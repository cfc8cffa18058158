package flotilla.gateway;

import flotilla.gateway.Endpoint.Access;
import java.util.List;

/** The requests about instances, decisions and costs. */
final class FleetApi {
    private final ScalingAnswers scaling;
    private final DecisionStream stream;

    FleetApi(ScalingAnswers scaling, DecisionStream stream) {
        this.scaling = scaling;
        this.stream = stream;
    }

    List<Endpoint> endpoints() {
        return List.of(
                new Endpoint("GET", "/v1/fleet", Access.READ, (request, none) -> scaling.fleet(request)),
                new Endpoint("GET", "/v1/cost", Access.READ, (request, none) -> scaling.cost(request)),
                new Endpoint(
                        "GET", "/v1/scaling/decisions", Access.READ, (request, none) -> scaling.decisions(request)),
                new Endpoint(
                        "GET", "/v1/scaling/decisions/stream", Access.READ, (request, none) -> stream.open(request)),
                new Endpoint("GET", "/v1/scaling/decisions/{n}", Access.READ, (request, n) -> scaling.decision(n)));
    }
}
