package flotilla.push;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Finds the addresses of a name. */
@FunctionalInterface
interface Resolver {
    /** All addresses of a name, or of the address that it is; at least one. Fails when there is none. */
    CompletionStage<List<InetAddress>> resolve(String host);

    /**
     * The operating system's way, which blocks a thread of its own for each name: a name server that does not answer keeps it
     * for many seconds. When too many are kept so, it fails at once.
     *
     * @param most lookups at the same time
     */
    static Resolver system(int most) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(0, most, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(work, "push-resolver");
                    thread.setDaemon(true);
                    return thread;
                });
        return host -> {
            try {
                return CompletableFuture.supplyAsync(() -> addresses(host), threads);
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("too many names are being looked up already"));
            }
        };
    }

    private static List<InetAddress> addresses(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the name " + host + " has no address", e);
        }
    }
}
