package flotilla.app;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flotilla worker}: one worker node, until SIGTERM or Ctrl-C, or until a part of it dies: exit status 1. */
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
        WorkerRole worker = WorkerRole.start(options);
        worker.ended().thenRun(ended::countDown);
        return Processes.runUntilStopped(worker, ended) ? 0 : 1;
    }
}
