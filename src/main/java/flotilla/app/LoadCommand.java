package flotilla.app;

import flotilla.load.Api;
import flotilla.load.ImageFolder;
import flotilla.load.LoadException;
import flotilla.load.LoadPlan;
import flotilla.load.LoadSession;
import flotilla.load.Pace;
import flotilla.load.Predictions;
import flotilla.load.Progress;
import flotilla.load.Target;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla load}: sends images, checks every answer, and says how long they took. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Sends images to a gateway, compares the answers with a CSV and measures them; docs/load.md.",
        sortOptions = false,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:every request was answered, and rightly where that can be told",
            "1:an answer is wrong or missing",
            "2:wrong usage"
        })
final class LoadCommand implements Callable<Integer> {
    private static final Duration LINES_EVERY = Duration.ofSeconds(5);
    private static final int CLOSED_LOOP_CONCURRENCY = 100;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "U",
            description = "the gateway (default: flotilla.http.host and port, http://127.0.0.1:8000)")
    private String url;

    @Option(
            names = {"--ip-addr", "--ip_addr"},
            paramLabel = "HOST[:PORT]",
            description = "the same without http://; port 8000 when none is given")
    private String ipAddress;

    @Option(
            names = {"--num-requests", "--num_requests", "--num_request"},
            paramLabel = "N",
            description = "requests to send (default: each image once, or no limit with --duration)")
    private Long requests;

    @Option(
            names = {"--image-folder", "--image_folder"},
            paramLabel = "D",
            required = true,
            description = "images, sent in the order of their names, again from the first when there are fewer than N")
    private Path imageFolder;

    @Option(
            names = {"--prediction-file", "--prediction_file"},
            paramLabel = "CSV",
            description = "the right labels: rows test_000,Paul, with or without the header Image,Results")
    private Path predictionFile;

    @Option(
            names = "--concurrency",
            paramLabel = "C",
            description = "requests under way at the same time (default: 100, with --rate no limit)")
    private Integer concurrency;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "open loop: requests per second, whatever became of the earlier ones")
    private Double rate;

    @Option(
            names = "--arrivals",
            paramLabel = "poisson|even",
            defaultValue = "poisson",
            converter = ArrivalsName.class,
            description = "how --rate spreads them (default: ${DEFAULT-VALUE})")
    private Pace.Arrivals arrivals;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "send for so long, such as 30s or 5m; what was sent by then is waited for")
    private Duration duration;

    @Option(
            names = "--api",
            paramLabel = "classic|v1|async",
            defaultValue = "classic",
            converter = ApiName.class,
            description = "classic: a form that waits. v1: /v1/classifications that waits, then long polls. async: a "
                    + "promise, then long polls (default: ${DEFAULT-VALUE})")
    private Api api;

    @Option(
            names = "--field",
            paramLabel = "NAME",
            defaultValue = "inputFile",
            description = "classic: the form's field (default: ${DEFAULT-VALUE}, whose answers are stem:label)")
    private String field;

    @Option(
            names = "--path",
            paramLabel = "P",
            defaultValue = "",
            description =
                    "classic: where the form goes below the URL (default: to the URL itself, / when it has no path)")
    private String path;

    @Option(
            names = "--new-connections",
            negatable = true,
            description = "a TCP connection for each request (default: for classic, as its clients do)")
    private Boolean newConnections;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            defaultValue = "11m",
            description = "until a request is given up, retries included (default: ${DEFAULT-VALUE}: the gateway's "
                    + "own wait is 10m)")
    private Duration timeout;

    @Option(
            names = "--retries",
            paramLabel = "K",
            defaultValue = "0",
            description = "send again up to K times after 429 or 503 with Retry-After (default: ${DEFAULT-VALUE})")
    private int retries;

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            description = "added to each request, such as 'X-API-Key: …'; repeatable")
    private List<String> headers = List.of();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "of the chance in poisson arrivals (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--json", description = "print the summary as one line of JSON")
    private boolean json;

    @Option(names = "--report", paramLabel = "FILE", description = "write a page with plots")
    private Path report;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws Exception {
        try {
            ImageFolder images = ImageFolder.read(imageFolder);
            LoadPlan plan = plan(images);
            Target target = target();
            Optional<Predictions> predictions =
                    Optional.ofNullable(predictionFile).map(Predictions::read);
            predictions.ifPresent(all -> all.requireAll(images, plan.mostRequests()));
            require(
                    report == null || Files.isWritable(report.toAbsolutePath().getParent()),
                    "--report: cannot write to the folder of " + report);
            announce(images);
            return MeasuredRun.toItsEnd(
                    () -> LoadSession.start(plan, target, images, predictions, () -> progress(plan)),
                    new MeasuredRun.Output(spec.commandLine().getOut(), json, Optional.ofNullable(report)));
        } catch (LoadException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private LoadPlan plan(ImageFolder images) {
        require(requests == null || requests >= 1, "--num-requests is at least 1");
        require(concurrency == null || concurrency >= 1, "--concurrency is at least 1");
        require(rate == null || rate > 0 && rate < Double.POSITIVE_INFINITY, "--rate is above 0");
        require(duration == null || duration.compareTo(Duration.ZERO) > 0, "--duration is above 0");
        long once = images.images().size();
        OptionalLong most = requests != null
                ? OptionalLong.of(requests)
                : duration != null ? OptionalLong.empty() : OptionalLong.of(once);
        int together = concurrency != null ? concurrency : rate != null ? Integer.MAX_VALUE : CLOSED_LOOP_CONCURRENCY;
        return new LoadPlan(
                most,
                Optional.ofNullable(duration),
                Optional.ofNullable(rate).map(perSecond -> new Pace(perSecond, arrivals, seed)),
                together);
    }

    private Target target() {
        require(url == null || ipAddress == null, "--url and --ip_addr name the same thing; give one of them");
        require(timeout.compareTo(Duration.ZERO) > 0, "--timeout is above 0");
        require(retries >= 0, "--retries is at least 0");
        require(path.isEmpty() || path.startsWith("/"), "--path begins with a slash, such as /upload");
        require(!field.isBlank(), "--field is the name of a form's field");
        return new Target(
                base(),
                api,
                path,
                field,
                headers(),
                newConnections == null ? api == Api.CLASSIC : newConnections,
                timeout,
                retries);
    }

    private URI base() {
        if (url != null) {
            return Target.url(url);
        }
        if (ipAddress != null) {
            return Target.ipAddress(ipAddress);
        }
        return Target.url(GatewayAddress.ofSettings(options, "load"));
    }

    private Map<String, String> headers() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            require(colon > 0, "--header is 'NAME: VALUE', not " + header);
            all.put(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        return all;
    }

    /** What will not be sent, so that nobody wonders. */
    private void announce(ImageFolder images) {
        int leftOut = images.leftOut().size();
        if (leftOut > 0) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("load: left out " + leftOut + (leftOut == 1 ? " file" : " files")
                    + " that by the extension are no images, such as "
                    + images.leftOut().get(0));
            err.flush();
        }
    }

    private Progress progress(LoadPlan plan) {
        return Terminals.isThere()
                ? Progress.bar(System.err, plan.requests())
                : Progress.lines(spec.commandLine().getErr(), LINES_EVERY);
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    static final class ApiName extends NameConverter<Api> {
        ApiName() {
            super(Api.class);
        }
    }

    static final class ArrivalsName extends NameConverter<Pace.Arrivals> {
        ArrivalsName() {
            super(Pace.Arrivals.class);
        }
    }
}
