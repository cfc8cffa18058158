package flotilla.app;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code flotilla worker}: one worker node, until SIGTERM or Ctrl-C, or until a part of it dies or hangs: exit status 1. */
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
        AtomicReference<WorkerRole> started = new AtomicReference<>();
        ParentWatch.start(System.getenv(), () -> {
            Optional.ofNullable(started.get()).ifPresent(WorkerRole::forgive);
            Runtime.getRuntime().halt(1);
        });
        WorkerRole worker = WorkerRole.start(options);
        started.set(worker);
        worker.ended().thenRun(ended::countDown);
        worker.over().whenComplete((left, failure) -> Runtime.getRuntime().halt(1));
        return Processes.runUntilStopped(worker, ended) ? 0 : 1;
    }
}
