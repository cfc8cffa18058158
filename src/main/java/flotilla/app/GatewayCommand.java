package flotilla.app;

import flotilla.protocol.InfrastructureException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        CommonOptions.Loaded loaded = options.load(GatewayRole.ROLE);
        GatewayRole gateway = GatewayRole.start(loaded.config(), loaded.settings());
        PrintWriter out = spec.commandLine().getOut();
        out.println("ready http://" + gateway.address().getHostString() + ":"
                + gateway.address().getPort());
        out.flush();
        CountDownLatch ended = new CountDownLatch(1);
        gateway.ended().thenRun(ended::countDown);
        if (!Processes.runUntilStopped(gateway, ended)) {
            throw new InfrastructureException("the cluster dropped this gateway; start it again", null);
        }
        return 0;
    }
}
