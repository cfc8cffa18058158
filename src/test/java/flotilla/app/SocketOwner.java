package flotilla.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which process has a socket, as Linux tells it. */
final class SocketOwner {
    /** Nobody who can be told, or nobody any more. */
    static final long NOBODY = -1;

    private static final Path PROC = Path.of("/proc");
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;
    private static final int NO_PORT = -1;

    private SocketOwner() {}

    /** Whether this system tells. */
    static boolean isTold() {
        return Files.isReadable(PROC.resolve("net/tcp")) && Files.isReadable(PROC.resolve("self/fd"));
    }

    /** The process whose socket has a local and a remote port. */
    static long of(int localPort, int remotePort) {
        return Stream.of("net/tcp", "net/tcp6")
                .flatMap(table -> lines(PROC.resolve(table)).stream())
                .map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length > INODE && port(row[LOCAL]) == localPort && port(row[REMOTE]) == remotePort)
                .map(row -> "socket:[" + row[INODE] + "]")
                .flatMap(socket -> holder(socket).stream())
                .findFirst()
                .orElse(NOBODY);
    }

    private static int port(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? NO_PORT : Integer.parseInt(address.substring(colon + 1), 16);
    }

    private static Optional<Long> holder(String socket) {
        return ProcessHandle.current()
                .descendants()
                .map(ProcessHandle::pid)
                .filter(pid -> has(pid, socket))
                .findFirst();
    }

    private static boolean has(long pid, String socket) {
        try (Stream<Path> files = Files.list(PROC.resolve(pid + "/fd"))) {
            return files.anyMatch(file -> {
                try {
                    return Files.readSymbolicLink(file).toString().equals(socket);
                } catch (IOException e) {
                    return false; // Closed meanwhile.
                }
            });
        } catch (IOException | UncheckedIOException e) {
            return false; // Ended meanwhile.
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
