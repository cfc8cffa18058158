package flotilla.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a row works with: a folder that vanishes, the photographs and networks, and processes that end with it. Also when
 * the benchmark is told to stop.
 */
final class Lab implements AutoCloseable {
    private static final Path HOME = Path.of("").toAbsolutePath();
    private static final Path JAR = HOME.resolve("target/flotilla.jar");
    static final Path MATERIAL = HOME.resolve("target/bench");

    private static final Duration ARCHIVE_WITHIN = Duration.ofMinutes(5);

    private final Bench.Plan plan;
    private final PrintWriter print;
    private final Path folder;
    private final Path photos;
    private final Deque<Running> running = new ArrayDeque<>();
    private final Thread hook = new Thread(this::endQuietly);
    private boolean ended;

    private Lab(Bench.Plan plan, PrintWriter print, Path folder, Path photos) {
        this.plan = plan;
        this.print = print;
        this.folder = folder;
        this.photos = photos;
    }

    static Lab open(Bench.Plan plan, PrintWriter print) throws IOException {
        Path photos = Photos.make(HOME.resolve("samples"), MATERIAL.resolve("photos"));
        Lab lab = new Lab(plan, print, Files.createTempDirectory("flotilla-bench-"), photos);
        Runtime.getRuntime().addShutdownHook(lab.hook);
        return lab;
    }

    /** The model that rows measure. */
    Subject subject() {
        return plan.subject();
    }

    int runs() {
        return plan.runs();
    }

    boolean quick() {
        return plan.quick();
    }

    /** The first with {@code --quick}, the second without. */
    int either(int quick, int full) {
        return plan.quick() ? quick : full;
    }

    /** All of them, or with {@code --quick} the first two. */
    <T> List<T> some(List<T> all) {
        return plan.quick() ? all.subList(0, Math.min(2, all.size())) : all;
    }

    /** The folder of photographs that every row uses. */
    Path photos() {
        return photos;
    }

    /** A new folder that is gone with the lab. */
    Path newFolder(String name) throws IOException {
        return Files.createTempDirectory(folder, name + "-");
    }

    /** Says how far it is. */
    void say(String line) {
        print.println("  " + line);
        print.flush();
    }

    /** A class of the benchmark in a JVM of its own. */
    Running loop(Class<?> main, List<String> arguments) throws IOException {
        return keep(main.getSimpleName(), LoopJvm.ENVIRONMENT, LoopJvm.command(main.getName(), arguments));
    }

    /** The jar with a Java command and options of its own. */
    Running jar(String java, List<String> options, String command, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(java));
        all.addAll(options);
        all.addAll(List.of("-jar", JAR.toString(), command));
        all.addAll(arguments);
        return keep(command, Map.of(), all);
    }

    /** {@code ./flotilla}, as users start it. */
    Running flotilla(Map<String, String> environment, String command, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(HOME.resolve("flotilla").toString(), command));
        all.addAll(arguments);
        return keep(command, environment, all);
    }

    /** Another program. */
    Running program(String name, Map<String, String> environment, List<String> command) throws IOException {
        return keep(name, environment, command);
    }

    /**
     * Makes the class archive with which {@code ./flotilla} starts a JDK, so that it is not made while something is measured;
     * where another process is at it, waits for that.
     *
     * @param home of the JDK
     */
    void makeArchive(Path home) throws Exception {
        await("the class archive of " + home, ARCHIVE_WITHIN, () -> {
            try (Running archive = jar(home.resolve("bin/java").toString(), List.of(), "archive", List.of())) {
                return archive.status() == 0;
            }
        });
    }

    private Running keep(String name, Map<String, String> environment, List<String> command) throws IOException {
        synchronized (running) {
            if (ended) {
                throw new IOException("told to stop");
            }
            Running started = Running.start(name, folder, environment, command);
            running.push(started);
            return started;
        }
    }

    /** {@code --set} arguments. */
    static List<String> sets(List<String> pairs) {
        return pairs.stream().flatMap(pair -> Stream.of("--set", pair)).toList();
    }

    /** Looks every 50 ms whether something holds; a worker that is measured meanwhile hardly notices. */
    static void await(String what, Duration within, Condition condition) throws Exception {
        long end = System.nanoTime() + within.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException("gave up waiting for " + what + " after " + within.toSeconds() + " s");
            }
            Thread.sleep(50);
        }
    }

    /** Something to wait for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            say("told to stop");
        }
        end();
    }

    /** Ends every process, the last first, and removes the folder; a second time it does nothing. */
    private void end() throws IOException {
        synchronized (running) {
            ended = true;
            while (!running.isEmpty()) {
                running.pop().close();
            }
            if (Files.exists(folder)) {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.deleteIfExists(path);
                    }
                }
            }
        }
    }

    private void endQuietly() {
        try {
            end();
        } catch (IOException e) {
            say("cannot remove " + folder + ": " + e.getMessage());
        }
    }
}
