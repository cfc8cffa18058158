package flotilla.app;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code flotilla gateway}: one gateway node, until SIGTERM or Ctrl-C. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description = "Runs a gateway node: HTTP interface and scaling supervisor. Settings: config/gateway.conf.")
final class GatewayCommand implements Callable<Integer> {
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() {
        CommonOptions.Loaded loaded = options.load(GatewayRole.ROLE);
        GatewayLives<GatewayRole> lives = new GatewayLives<>(
                () -> GatewayRole.start(loaded.config(), loaded.settings()),
                gateway -> CompletableFuture.anyOf(
                        gateway.ended().toCompletableFuture(), gateway.yields().toCompletableFuture()),
                this::tellReady,
                FIRST_WAIT,
                LONGEST_WAIT);
        ParentWatch.start(System.getenv(), lives::ask);
        lives.liveUntilAsked();
        return 0;
    }

    private void tellReady(GatewayRole gateway) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready http://" + gateway.address().getHostString() + ":"
                + gateway.address().getPort());
        out.flush();
    }
}
