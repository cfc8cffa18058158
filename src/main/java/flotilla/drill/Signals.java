package flotilla.drill;

import java.io.IOException;

/** Signals that Java cannot send by itself. */
final class Signals {
    private Signals() {}

    /** SIGSTOP: the process stands still until {@link #go}. */
    static void freeze(ProcessHandle process) throws IOException {
        send("-STOP", process);
    }

    /** SIGCONT. */
    static void go(ProcessHandle process) throws IOException {
        send("-CONT", process);
    }

    /** A process that has ended meanwhile gets none, which is no error. */
    private static void send(String signal, ProcessHandle process) throws IOException {
        new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .onExit()
                .join();
    }
}
