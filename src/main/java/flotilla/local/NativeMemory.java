package flotilla.local;

import java.util.Map;

/**
 * How glibc's malloc is told to treat a worker's native memory; {@code ./flotilla} and the worker's unit say the same. A network's
 * results are megabytes, and of several images together tens of them: by default each is a mapping of its own, or the top of a heap,
 * which goes back to the system when it is freed, so that its pages are cleared anew for every image.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/mallopt.3.html">mallopt(3)</a>
 */
public final class NativeMemory {
    /** For the environment of the process. */
    public static final Map<String, String> ENVIRONMENT = Map.of(
            // All threads share the one native heap that takes blocks of any size, so that memory that was freed is
            // used again.
            "MALLOC_ARENA_MAX", "1",
            // Nothing is a mapping of its own.
            "MALLOC_MMAP_MAX_", "0",
            // When 256 MiB are free at the end of that heap, all but 128 go back, by which it also grows. The JVM gives
            // back twice a
            // minute all that is free.
            "MALLOC_TRIM_THRESHOLD_", "268435456",
            "MALLOC_TOP_PAD_", "134217728",
            // The heap lies on pages of 2 MiB where the kernel lets programs ask for them. A glibc before 2.35 passes
            // over this.
            "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

    private NativeMemory() {}
}
