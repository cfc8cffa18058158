package flotilla.app;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flotilla worker}: one worker node, until SIGTERM or Ctrl-C. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description =
                "Runs a worker node: receives, classifies, answers. Settings: config/worker.conf and EC2 user data.")
final class WorkerProcessCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Override
    public Integer call() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        ParentWatch.start(System.getenv(), () -> Runtime.getRuntime().halt(1));
        Processes.runUntilStopped(WorkerRole.start(options), ended);
        return 0;
    }
}
