package flotilla.app;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.domain.RequestId;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.TimelineJson;
import flotilla.protocol.TimelineStory;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla trace ID}: one image's story. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description =
                "Tells an image's story: uploaded, queued, leased by which worker, classified, answered, and which scaling decision"
                        + " supplied that worker.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:it was told", "1:there is no such image, or no gateway", "2:wrong usage"})
final class TraceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "the id that the upload was given")
    private String id;

    @Option(names = "--json", description = "print the timeline itself, as one line of JSON")
    private boolean json;

    @Mixin
    private GatewayOptions gateways;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        String request = RequestId.parse(id.strip().toLowerCase(Locale.ROOT))
                .map(Object::toString)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "an id is 36 characters such as 01a205f0-4de1-7ee5-8467-340da8ad4ddf, not " + id));
        JsonNode timeline = gateways.gateways(options, "trace")
                .get("/v1/classifications/" + request + "/timeline")
                .orElseThrow(() -> new InfrastructureException(
                        "the gateway knows no image " + request
                                + "; take the id of its upload's answer, and mind that images and results are removed when their"
                                + " lifetimes are over",
                        null));
        new AnswerText("is no timeline", answer -> TimelineStory.text(TimelineJson.read(answer)))
                .print(timeline, json, spec.commandLine().getOut());
        return 0;
    }
}
