package flotilla.app;

import flotilla.config.SettingsException;
import flotilla.doctor.Finding;
import flotilla.doctor.Report;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla doctor}: says what is wrong with a system's surroundings, and how to mend it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Checks configuration, credentials, clock, endpoints, queues, buckets, what is launched, model, ports and files, and "
                    + "says what is wrong and how to mend it. Changes nothing but a probe object, which it writes and deletes.",
            "Settings: config/gateway.conf. For an embedded cloud: --set flotilla.aws.endpoints-file=DIR/endpoints.json."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:no error was found", "1:there is an error", "2:wrong usage"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "print the findings as one line of JSON")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            defaultValue = "20s",
            description = "how long a check may take, such as 20s or 1m (default: ${DEFAULT-VALUE})")
    private Duration limit;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        if (limit.compareTo(Duration.ZERO) <= 0) {
            throw new ParameterException(spec.commandLine(), "--timeout is above 0");
        }
        return tell(new Report(examine()));
    }

    private List<Finding> examine() throws InterruptedException {
        CommonOptions.Loaded loaded;
        try {
            loaded = options.load(GatewayRole.ROLE);
        } catch (SettingsException e) {
            return List.of(Finding.error(
                    "configuration",
                    e.getMessage(),
                    "correct it (reference.conf explains each key), and run doctor again"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok(
                "configuration",
                options.file(GatewayRole.ROLE).map(file -> file + " is valid").orElse("the defaults are taken")));
        LocalChecks local = new LocalChecks(loaded);
        try (Provisioners provisioners = Provisioners.open(loaded)) {
            findings.add(Finding.ok("region", provisioners.clients().regionName()));
            List<Examination.Check> checks = new ArrayList<>(new CloudChecks(loaded, provisioners, limit).all());
            checks.addAll(local.all());
            findings.addAll(Examination.run(checks, limit));
        } catch (SettingsException e) {
            findings.add(Finding.error("region", e.getMessage(), "set flotilla.aws.region or AWS_REGION"));
            findings.addAll(Examination.run(local.all(), limit));
        }
        return findings;
    }

    /** Visible for tests. */
    int tell(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.json());
        } else {
            report.lines().forEach(out::println);
        }
        out.flush();
        return report.count(Finding.Status.ERROR) == 0 ? 0 : 1;
    }
}
