package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.InfrastructureException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla why [N]}: one scaling decision in plain English. */
@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description =
                "Explains a scaling decision: what was seen, what was computed, what was done and what came of it.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:it was explained", "1:there is no such decision, or no gateway", "2:wrong usage"})
final class WhyCommand implements Callable<Integer> {
    /** Enough to find the last one that did something; a supervisor remembers 500 by default. */
    private static final int LOOK_BACK = 1000;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "N",
            arity = "0..1",
            description =
                    "the decision's number, n in the log and in GET /v1/scaling/decisions (default: the newest one that "
                            + "did something, or the newest)")
    private Long number;

    @Option(names = "--json", description = "print the record itself, as one line of JSON")
    private boolean json;

    @Mixin
    private GatewayOptions gateways;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        if (number != null && number < 1) {
            throw new ParameterException(spec.commandLine(), "a decision's number is at least 1, not " + number);
        }
        GatewayApi gateway = gateways.gateways(options, "why");
        JsonNode decision = number == null ? newest(gateway) : numbered(gateway, number);
        new AnswerText("is no decision", answer -> DecisionStory.text(DecisionJson.read(answer)))
                .print(decision, json, spec.commandLine().getOut());
        return 0;
    }

    private static JsonNode numbered(GatewayApi gateway, long number) throws InterruptedException {
        return gateway.get("/v1/scaling/decisions/" + number)
                .orElseThrow(() -> new InfrastructureException(
                        "the gateway remembers no decision " + number
                                + "; leave the number out for the newest one, or take an n of GET /v1/scaling/decisions",
                        null));
    }

    private static JsonNode newest(GatewayApi gateway) throws InterruptedException {
        JsonNode decisions = gateway.get("/v1/scaling/decisions?limit=" + LOOK_BACK)
                .map(body -> body.path("decisions"))
                .filter(list -> !list.isEmpty())
                .orElseThrow(() -> new InfrastructureException(
                        "nothing was decided yet; ask again in a moment (flotilla.scaling.interval)", null));
        Optional<JsonNode> acted = StreamSupport.stream(decisions.spliterator(), false)
                .filter(one -> !one.path("actions").isEmpty())
                .findFirst();
        return acted.orElse(decisions.get(0));
    }
}
