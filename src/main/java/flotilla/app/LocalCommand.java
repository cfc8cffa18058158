package flotilla.app;

import flotilla.protocol.InfrastructureException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code flotilla local}: the whole system on this machine, until Ctrl-C. */
@Command(
        name = "local",
        mixinStandardHelpOptions = true,
        description =
                "Runs the whole system on this machine until Ctrl-C: embedded cloud, gateway, and workers as needed.")
final class LocalCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Option(names = "--port", paramLabel = "PORT", description = "HTTP port; 0 takes a free one (default: 8000)")
    private Integer port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "keep queues, buckets and logs here (default: a temporary folder, removed at the end)")
    private Path data;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> fixed = port == null ? List.of() : List.of("flotilla.http.port=" + port);
        LocalSystem system = LocalSystem.start(options, Optional.ofNullable(data), fixed);
        CountDownLatch ended = new CountDownLatch(1);
        system.broken().thenRun(ended::countDown);
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready " + system.url());
        out.flush();
        if (!Processes.runUntilStopped(system, ended)) {
            throw new InfrastructureException("a part of the system ended by itself; start it again", null);
        }
        return 0;
    }
}
