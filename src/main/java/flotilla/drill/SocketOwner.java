package flotilla.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells which process a connection on loopback belongs to, from Linux's {@code /proc}. */
final class SocketOwner {
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;
    private static final int HEXADECIMAL = 16;

    private SocketOwner() {}

    /** Whether this system tells. */
    static boolean isTold() {
        return Files.isReadable(Path.of("/proc/net/tcp"));
    }

    /**
     * The process whose socket has this port and talks to that one.
     *
     * @param among where to look
     * @return empty when none of them has it, or has it any more
     */
    static Optional<ProcessHandle> of(int port, int talksTo, Collection<ProcessHandle> among) throws IOException {
        for (String table : List.of("/proc/net/tcp6", "/proc/net/tcp")) {
            if (!Files.isReadable(Path.of(table))) {
                continue;
            }
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.strip().split("\\s+");
                if (columns.length > INODE && port(columns[LOCAL]) == port && port(columns[REMOTE]) == talksTo) {
                    Optional<ProcessHandle> owner = holder("socket:[" + columns[INODE] + "]", among);
                    if (owner.isPresent()) {
                        return owner;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The port of an {@code address:port} in hexadecimal; -1 for the table's header. */
    private static int port(String address) {
        int colon = address.lastIndexOf(':');
        String hex = address.substring(colon + 1);
        return colon >= 0 && hex.matches("[0-9A-F]{4}") ? Integer.parseInt(hex, HEXADECIMAL) : -1;
    }

    private static Optional<ProcessHandle> holder(String socket, Collection<ProcessHandle> among) {
        return among.stream().filter(process -> holds(process, socket)).findFirst();
    }

    private static boolean holds(ProcessHandle process, String socket) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            return descriptors.anyMatch(descriptor -> leadsTo(descriptor, socket));
        } catch (IOException e) {
            // It has ended.
            return false;
        }
    }

    private static boolean leadsTo(Path descriptor, String target) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals(target);
        } catch (IOException e) {
            // It was closed meanwhile.
            return false;
        }
    }
}
