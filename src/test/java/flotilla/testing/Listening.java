package flotilla.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** On which addresses a process listens, as Linux tells it. */
public final class Listening {
    private static final String LISTEN = "0A";
    /** As the kernel writes them: 127.0.0.1, the same within IPv6, and ::1. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

    private Listening() {}

    /** Address and port, in hexadecimal, of every TCP socket that a process listens on. */
    public static List<String> of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        Set<String> own = sockets(process.resolve("fd"));
        List<String> listening = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : lines(process.resolve("net").resolve(table))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[3].equals(LISTEN) && own.contains(fields[9])) {
                    listening.add(fields[1]);
                }
            }
        }
        return listening;
    }

    /** Whether it can be reached from this machine alone. */
    public static boolean isLoopback(String socket) {
        return LOOPBACK.contains(socket.substring(0, socket.indexOf(':')));
    }

    /** Inodes of a process's sockets. */
    private static Set<String> sockets(Path descriptors) {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> all = Files.list(descriptors)) {
            for (Path one : all.toList()) {
                String target = target(one);
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
            return inodes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A descriptor may be closed while it is looked at. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    private static List<String> lines(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
