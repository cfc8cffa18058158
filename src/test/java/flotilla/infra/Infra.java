package flotilla.infra;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files below {@code infra/}, and programs that look at them. */
final class Infra {
    static final Path FOLDER = Path.of("infra").toAbsolutePath();
    static final Path TERRAFORM = FOLDER.resolve("terraform");
    private static final List<Path> PROGRAMS = Stream.of(
                    System.getenv().getOrDefault("PATH", "").split(":"))
            .map(Path::of)
            .toList();

    private Infra() {}

    static String read(String name) {
        return read(FOLDER.resolve(name));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files of a folder whose name ends so, by name. */
    static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program on the path, or in Debian's folder for administrators' ones. */
    static Optional<Path> program(String name) {
        return Stream.concat(PROGRAMS.stream(), Stream.of(Path.of("/usr/sbin")))
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What a program has said, and how it ended. */
    record Ended(int status, String output) {}

    /** Runs a Python script of the project; skips the test where there is no Python. */
    static Ended python(String... arguments) {
        Optional<Path> python = program("python3");
        assumeTrue(python.isPresent(), "there is no python3 here (on Debian: apt-get install python3)");
        List<String> command = new ArrayList<>(List.of(python.get().toString(), "-B"));
        command.addAll(List.of(arguments));
        return run(Path.of("").toAbsolutePath(), "", command.toArray(String[]::new));
    }

    /** Runs a program to its end. */
    static Ended run(Path folder, String input, String... command) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
            // Terraform's own: a file of the user's, and a look for newer versions.
            builder.environment().remove("TF_CLI_CONFIG_FILE");
            builder.environment().put("CHECKPOINT_DISABLE", "1");
            Process process = builder.start();
            process.outputWriter().append(input).close();
            String output = new String(process.getInputStream().readAllBytes());
            return new Ended(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
