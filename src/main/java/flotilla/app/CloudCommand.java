package flotilla.app;

import flotilla.config.ClassifierSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.inference.Classifiers;
import flotilla.inference.NativeLibraries;
import flotilla.local.CloudEndpoints;
import flotilla.local.LocalCloud;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flotilla cloud}: the embedded cloud alone, until SIGTERM or Ctrl-C. */
@Command(
        name = "cloud",
        mixinStandardHelpOptions = true,
        description = "Runs the embedded cloud (stand-ins for SQS, S3, EC2 and instance metadata) until Ctrl-C.")
public final class CloudCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "where queues, buckets and logs are kept")
    private Path data;

    @Mixin
    private CommonOptions options;

    @Option(names = "--exit-with-parent", description = "end when the process that started this one is gone")
    private boolean exitWithParent;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> parent = parent();
        FlotillaSettings settings = options.load("local").settings();
        Classifiers.check(settings.model(), settings.classifier());
        settings.local().checkStopGrace(settings.worker().shutdownGrace());
        if (settings.classifier().kind() == ClassifierSettings.Kind.DJL) {
            NativeLibraries.unpack(settings.classifier().engine());
        }
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (LocalCloud cloud = LocalCloud.start(new LocalCloud.Options(
                data,
                settings.local(),
                settings.queue(),
                settings.storage(),
                Installation.command(settings.local().workerJvmOptions(), List.of("worker")),
                Map.of()))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop.countDown();
                awaitQuietly(stopped);
            }));
            if (exitWithParent) {
                ParentWatch.start(parent, stop::countDown);
            }
            announce(cloud.endpoints());
            stop.await();
        } catch (IOException e) {
            throw new SettingsException("the embedded cloud does not start: " + e.getMessage(), e);
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private void announce(CloudEndpoints endpoints) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("cloud ready sqs=" + endpoints.sqs() + " s3=" + endpoints.s3() + " ec2=" + endpoints.ec2());
        out.flush();
    }

    /** To be asked early: when the parent goes, another process takes its place. */
    private static Map<String, String> parent() {
        return ProcessHandle.current()
                .parent()
                .map(parent -> Map.of("FLOTILLA_PARENT_PID", String.valueOf(parent.pid())))
                .orElseGet(() -> Map.of("FLOTILLA_PARENT_PID", "gone"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
