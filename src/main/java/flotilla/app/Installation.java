package flotilla.app;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where this program was installed: the folder with {@code config/}, found from the environment or from the jar. */
final class Installation {
    private Installation() {}

    /** {@code config/<role>.conf} of the installation, when there is one. */
    static Optional<Path> configFile(String role) {
        return folders().stream()
                .map(folder -> folder.resolve("config").resolve(role + ".conf"))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        Optional.ofNullable(System.getenv("FLOTILLA_HOME")).map(Path::of).ifPresent(folders::add);
        code().ifPresent(code -> {
            for (Path folder = code.getParent(); folder != null && folders.size() < 4; folder = folder.getParent()) {
                folders.add(folder);
            }
        });
        return folders;
    }

    /** The jar or the folder of classes that runs. */
    private static Optional<Path> code() {
        CodeSource source = Installation.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(source.getLocation().toURI()).toAbsolutePath());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the program's own location cannot be read", e);
        }
    }

    /** The jar that runs, as an absolute path; empty when it is a folder of classes. */
    static Optional<Path> jar() {
        return code().filter(Files::isRegularFile);
    }

    /** The command line that starts this same program in another process, with its class archive when there is one. */
    static List<String> command(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ClassArchive.ofThisProgram()
                .map(archive -> archive.options(ClassArchive.Use.of(arguments)))
                .orElse(List.of()));
        command.addAll(jvmOptions);
        command.addAll(jar().map(jar -> List.of("-jar", jar.toString()))
                .orElseGet(() -> List.of("-cp", System.getProperty("java.class.path"), Main.class.getName())));
        command.addAll(arguments);
        return command;
    }
}
