package flotilla.drill;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The processes that stand still. One that was frozen several times goes on when the last of these has ended. Thread-safe. */
final class Freezes {
    /** Stops a process, or lets it go on. */
    interface Signal {
        void to(ProcessHandle process) throws IOException;
    }

    private final Map<ProcessHandle, Integer> frozen = new HashMap<>();
    private final Signal stop;
    private final Signal go;

    Freezes() {
        this(Signals::freeze, Signals::go);
    }

    Freezes(Signal stop, Signal go) {
        this.stop = stop;
        this.go = go;
    }

    /** It stands still until this has been {@link #end}ed as often as it was called. */
    synchronized void freeze(ProcessHandle process) throws IOException {
        frozen.merge(process, 1, Integer::sum);
        stop.to(process);
    }

    /** Ends one of its freezes. */
    synchronized void end(ProcessHandle process) throws IOException {
        if (!holds(process)) {
            return;
        }
        if (frozen.computeIfPresent(process, (same, times) -> times > 1 ? times - 1 : null) == null) {
            go.to(process);
        }
    }

    /** Whether it stands still. */
    synchronized boolean holds(ProcessHandle process) {
        return frozen.containsKey(process);
    }

    /** All go on. */
    synchronized void endAll() throws IOException {
        List<ProcessHandle> processes = List.copyOf(frozen.keySet());
        frozen.clear();
        for (ProcessHandle process : processes) {
            go.to(process);
        }
    }
}
