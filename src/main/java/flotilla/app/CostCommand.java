package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.cost.Since;
import flotilla.protocol.CostStory;
import flotilla.protocol.InfrastructureException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla cost}: what the fleet has used, and what that costs. */
@Command(
        name = "cost",
        mixinStandardHelpOptions = true,
        description =
                "Tells what instances and requests to AWS have cost by the price list (flotilla.cost): in all, for an image and for an"
                        + " hour, and how much of the instances' time was idle.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:it was told", "1:no gateway can tell", "2:wrong usage"})
final class CostCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--since",
            paramLabel = "T",
            description = "from when: " + Since.FORMS + " (default: since there are records)")
    private String since;

    @Option(names = "--json", description = "print the answer of GET /v1/cost itself, as one line of JSON")
    private boolean json;

    @Mixin
    private GatewayOptions gateways;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        Since wanted = since == null
                ? Since.EVER
                : Since.parse(since)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(), "--since is " + Since.FORMS + ", not " + since));
        String query = since == null ? "" : "?since=" + URLEncoder.encode(since.strip(), StandardCharsets.UTF_8);
        JsonNode cost = gateways.gateways(options, "cost")
                .get("/v1/cost" + query)
                .orElseThrow(() -> new InfrastructureException(
                        "the gateway does not tell costs; is it of an older version?", null));
        new AnswerText("tells no costs", answer -> CostStory.text(answer, wanted))
                .print(cost, json, spec.commandLine().getOut());
        return 0;
    }
}
