package flotilla.app;

import flotilla.config.InferenceEngine;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The class archives of one jar and one Java: classes as the JVM has them in memory after loading, which a later start maps
 * instead of reading and checking each one anew. There is one for workers and one for all other commands. Names say what an archive
 * belongs to and when it is whole:
 *
 * <pre>
 * cache/&lt;Java's stamp&gt;/&lt;jar's stamp&gt;_&lt;own stamp&gt;.jsa beside the jar, and &lt;jar's stamp&gt;_worker_&lt;own stamp&gt;.jsa;
 * a stamp is &lt;bytes&gt;-&lt;modified, seconds since 1970&gt;
 * </pre>
 *
 * <p>The front door, {@code flotilla}, finds it by the same name. The stamp of its own is there because a JVM does not look
 * whether an archive was cut off or written to: Java 17 then dies of SIGBUS. Everything else that could be wrong the JVM finds
 * itself, and starts without.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html">class data sharing</a>
 * @see <a href="https://openjdk.org/jeps/514">ahead-of-time caches, from Java 25 on</a>
 */
final class ClassArchive {
    /** Whose classes an archive has. What a process does not need makes it larger for nothing: most of what is mapped is resident. */
    enum Use {
        /** A worker. */
        WORKER("_worker"),
        /** Every other command. */
        OTHERS("");

        private final String infix;

        Use(String infix) {
            this.infix = infix;
        }

        /** What a command line starts. */
        static Use of(List<String> arguments) {
            return arguments.stream()
                            .findFirst()
                            .filter(WorkerRole.ROLE::equals)
                            .isPresent()
                    ? WORKER
                    : OTHERS;
        }
    }

    private static final Duration TRAINED_WITHIN = Duration.ofMinutes(10);
    /** From this version on there are caches that also hold linked classes and profiles. */
    private static final int AHEAD_OF_TIME = 25;

    private static final String SUFFIX = ".jsa";

    private final Path jar;
    private final Path java;
    private final int version;

    /**
     * @param java the home folder of a JDK or JRE
     * @param version its feature version, such as 17
     */
    ClassArchive(Path jar, Path java, int version) {
        this.jar = jar;
        this.java = java;
        this.version = version;
    }

    /** Those of this program under this Java; empty when it does not run from a jar. */
    static Optional<ClassArchive> ofThisProgram() {
        return Installation.jar()
                .map(jar -> new ClassArchive(
                        jar,
                        Path.of(System.getProperty("java.home")),
                        Runtime.version().feature()));
    }

    /** The whole and current archive, when there is one. */
    Optional<Path> find(Use use) {
        try {
            String prefix = stamp(jar) + use.infix + "_";
            return files(folder()).stream()
                    .filter(file -> isWhole(file, prefix))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Options that make a JVM use it; none when there is none. Nothing is printed when the JVM cannot use it after all. It is
     * mapped where it was made for: elsewhere every pointer in it would be rewritten at each start, and its pages would be
     * each process's own.
     */
    List<String> options(Use use) {
        return find(use)
                .map(archive -> List.of(
                        "-Xlog:disable",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:ArchiveRelocationMode=0",
                        (version >= AHEAD_OF_TIME ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive))
                .orElse(List.of());
    }

    /** Makes both with the classes of the default engine. */
    boolean make() throws IOException, InterruptedException {
        return make(InferenceEngine.PYTORCH.text());
    }

    /**
     * Makes both, unless they are there or another process is at it. Takes some twenty seconds of processor time in processes of
     * their own. Older ones of this Java are deleted.
     *
     * @param engine whose classes they have, by its name in the settings; another starts with them as well, only later
     * @return whether they are there now
     * @throws IOException when the folder cannot be written or the training run fails
     */
    boolean make(String engine) throws IOException, InterruptedException {
        if (isMade()) {
            return true;
        }
        Path folder = Files.createDirectories(folder());
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            if (isMade()) {
                return true;
            }
            deleteOthers(folder);
            Path others = folder.resolve("unfinished" + SUFFIX);
            Path worker = folder.resolve("unfinished-worker" + SUFFIX);
            train(others, worker, engine);
            finish(worker, Use.WORKER);
            finish(others, Use.OTHERS);
            return true;
        }
    }

    private boolean isMade() {
        return find(Use.WORKER).isPresent() && find(Use.OTHERS).isPresent();
    }

    private void finish(Path unfinished, Use use) throws IOException {
        Path finished = unfinished.resolveSibling(stamp(jar) + use.infix + "_" + stamp(unfinished) + SUFFIX);
        Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
    }

    private void train(Path others, Path worker, String engine) throws IOException, InterruptedException {
        Path log = others.resolveSibling("training.log");
        ProcessBuilder builder = new ProcessBuilder(recording(
                        others,
                        List.of("archive", "--train", "--engine", engine, "--worker-archive", worker.toString())))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("FLOTILLA_"));
        builder.environment().put("AWS_CONFIG_FILE", "/dev/null");
        builder.environment().put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        builder.environment()
                .put(
                        "FLOTILLA_PARENT_PID",
                        String.valueOf(ProcessHandle.current().pid()));
        Process training = builder.start();
        try {
            if (!training.waitFor(TRAINED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the training run did not end within " + TRAINED_WITHIN.toMinutes()
                        + " minutes; what it said is in " + log);
            }
        } finally {
            training.destroyForcibly();
        }
        if (training.exitValue() != 0 || !Files.exists(others) || !Files.exists(worker)) {
            throw new IOException("the training run failed; what it said is in " + log);
        }
    }

    /** The command line of a process that leaves the classes it has loaded in {@code archive} when it ends in good order. */
    List<String> recording(Path archive, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java.resolve("bin").resolve("java").toString());
        command.addAll(List.of("-Xlog:disable", "-Xmx768m", "-Xss512k", "-XX:+UseSerialGC"));
        if (version >= AHEAD_OF_TIME) {
            command.add("-XX:AOTCacheOutput=" + archive);
        } else {
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:ArchiveClassesAtExit=" + archive));
        }
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(arguments);
        return command;
    }

    private Path folder() throws IOException {
        return jar.resolveSibling("cache").resolve(stamp(java.resolve("lib").resolve("modules")));
    }

    private static boolean isWhole(Path archive, String prefix) {
        try {
            return archive.getFileName().toString().equals(prefix + stamp(archive) + SUFFIX);
        } catch (IOException e) {
            return false;
        }
    }

    /** Of other jars that were here, damaged ones, and what a killed process has left. A process that maps one keeps it. */
    private static void deleteOthers(Path folder) throws IOException {
        for (Path file : files(folder)) {
            if (!file.endsWith("lock")) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static String stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.size() + "-" + attributes.lastModifiedTime().to(TimeUnit.SECONDS);
    }
}
