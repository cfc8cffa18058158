package flotilla.push;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Finds the addresses of a name. */
@FunctionalInterface
interface Resolver {
    /** All addresses of a name, or of the address that it is; at least one. Fails when there is none. */
    CompletionStage<List<InetAddress>> resolve(String host);

    /**
     * The operating system's way.
     *
     * @param blocking threads that may block
     */
    static Resolver system(Executor blocking) {
        return host -> CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return List.of(InetAddress.getAllByName(host));
                    } catch (UnknownHostException e) {
                        throw new CompletionException(e);
                    }
                },
                blocking);
    }
}
