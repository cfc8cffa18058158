package flotilla.app;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.stream.Stream;

/** Whether somebody sits before this process, and what can be written there. */
final class Terminals {
    private Terminals() {}

    /** Whether standard input and output are a terminal. From Java 22 on there is a console without one too, and a method that tells. */
    static boolean isThere() {
        Console console = System.console();
        try {
            return console != null
                    && (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** The charset of standard output, which Java 17 tells for terminals and later ones always. */
    static Charset charset() {
        return Stream.of("stdout.encoding", "sun.stdout.encoding", "native.encoding")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .filter(Charset::isSupported)
                .findFirst()
                .map(Charset::forName)
                .orElseGet(Charset::defaultCharset);
    }
}
