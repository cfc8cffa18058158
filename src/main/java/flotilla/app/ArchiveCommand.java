package flotilla.app;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla archive}: makes the class archives that later starts load their classes from. The front door calls it. */
@Command(
        name = "archive",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Makes the class archives of this jar and this Java, which make every later start quicker.")
final class ArchiveCommand implements Callable<Integer> {
    @Option(names = "--train", hidden = true, description = "be the process that the archive is taken from")
    private boolean train;

    @Option(
            names = "--engine",
            hidden = true,
            defaultValue = "pytorch",
            description = "flotilla.classifier.engine of the workers that start with it")
    private String engine;

    @Option(names = "--worker-archive", hidden = true, description = "where a training run leaves the worker's archive")
    private Path workerArchive;

    @Override
    public Integer call() throws InterruptedException {
        try {
            ClassArchive archive = ClassArchive.ofThisProgram()
                    .orElseThrow(() -> new SettingsException("an archive belongs to a jar; start it with java -jar"));
            if (train) {
                ParentWatch.start(System.getenv(), () -> Runtime.getRuntime().halt(1));
                TrainingRun.run(engine, archive, workerArchive);
                return 0;
            }
            return archive.make(engine) ? 0 : 1;
        } catch (IOException e) {
            throw new SettingsException("no class archive was made (" + e.getMessage() + "); all works without", e);
        }
    }
}
