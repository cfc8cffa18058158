package flotilla.app;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla archive}: makes the class archive that later starts load their classes from. The front door calls it. */
@Command(
        name = "archive",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = "Makes the class archive of this jar and this Java, which makes every later start quicker.")
final class ArchiveCommand implements Callable<Integer> {
    @Option(names = "--train", hidden = true, description = "be the process that the archive is taken from")
    private boolean train;

    @Option(
            names = "--engine",
            hidden = true,
            defaultValue = "pytorch",
            description = "flotilla.classifier.engine of the workers that start with it")
    private String engine;

    @Override
    public Integer call() throws InterruptedException {
        try {
            if (train) {
                ParentWatch.start(System.getenv(), () -> Runtime.getRuntime().halt(1));
                TrainingRun.run(engine);
                return 0;
            }
            ClassArchive archive = ClassArchive.ofThisProgram()
                    .orElseThrow(() -> new SettingsException("an archive belongs to a jar; start it with java -jar"));
            return archive.make(engine) ? 0 : 1;
        } catch (IOException e) {
            throw new SettingsException("no class archive was made (" + e.getMessage() + "); all works without", e);
        }
    }
}
