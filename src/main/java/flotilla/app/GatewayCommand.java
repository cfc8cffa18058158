package flotilla.app;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private static final Logger LOG = LoggerFactory.getLogger(GatewayCommand.class);

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    /** A node that its cluster dropped can never come back as the same node: the gateway then starts anew within its process. */
    @Override
    public Integer call() throws InterruptedException {
        CommonOptions.Loaded loaded = options.load(GatewayRole.ROLE);
        boolean asked = false;
        while (!asked) {
            GatewayRole gateway = GatewayRole.start(loaded.config(), loaded.settings());
            PrintWriter out = spec.commandLine().getOut();
            out.println("ready http://" + gateway.address().getHostString() + ":"
                    + gateway.address().getPort());
            out.flush();
            CountDownLatch ended = new CountDownLatch(1);
            gateway.ended().thenRun(ended::countDown);
            gateway.yields().thenRun(ended::countDown);
            asked = Processes.runUntilStopped(gateway, ended);
            if (!asked) {
                LOG.warn("out of the cluster, joining anew");
            }
        }
        return 0;
    }
}
