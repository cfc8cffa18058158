package flotilla.local;

import java.util.Map;

/**
 * How glibc's malloc is told to treat a worker's native memory; {@code ./flotilla} and the worker's unit say the same. A network's
 * results are megabytes: by default each is a mapping of its own, or the top of a heap, which goes back to the system when it is freed,
 * so that its pages are cleared anew for every image.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/mallopt.3.html">mallopt(3)</a>
 */
public final class NativeMemory {
    /** For the environment of the process. */
    public static final Map<String, String> ENVIRONMENT = Map.of(
            // Threads share few native heaps, so that memory that was freed is used again.
            "MALLOC_ARENA_MAX", "2",
            // The most that every glibc takes: below 32 MiB nothing is a mapping of its own.
            "MALLOC_MMAP_THRESHOLD_", "33554432",
            // The top of a heap stays; the JVM gives back what was not used twice a minute.
            "MALLOC_TRIM_THRESHOLD_", "536870912");

    private NativeMemory() {}
}
