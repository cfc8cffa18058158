package flotilla.local;

import flotilla.config.EmbeddedCloud;
import flotilla.config.StorageSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * The stand-in for S3: S3Proxy on a folder. A bucket is a folder and an object a file in it, so that people can look at
 * them with the tools they have. A conditional write ({@code If-None-Match: *}) is a hard link that the file system creates
 * for one of the writers only; the others get 412.
 */
final class LocalS3 implements AutoCloseable {
    private static final int MAX_THREADS = 64;
    /** Requests under way when it is closed may take this long, in milliseconds. */
    private static final long STOP_TIMEOUT = 2_000;

    private final S3Proxy server;
    private final FilesystemNio2BlobStore store;

    private LocalS3(S3Proxy server, FilesystemNio2BlobStore store) {
        this.server = server;
        this.store = store;
    }

    /**
     * Starts it and creates the buckets that are missing.
     *
     * @param directory where the buckets are
     * @param port 0 for a free one
     */
    static LocalS3 start(Path directory, int port, StorageSettings settings) throws IOException {
        Files.createDirectories(directory);
        FilesystemNio2BlobStore store = new FilesystemNio2BlobStore(directory.toString());
        for (String bucket : List.of(settings.inputBucket(), settings.outputBucket())) {
            if (!store.containerExists(bucket)) {
                store.createContainer(bucket);
            }
        }
        S3Proxy server = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://" + Ports.HOST + ":" + port))
                .awsAuthentication(
                        AuthenticationType.AWS_V2_OR_V4, EmbeddedCloud.ACCESS_KEY_ID, EmbeddedCloud.SECRET_ACCESS_KEY)
                // Clients with an instance's credentials send a session token, which has no meaning here.
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(MAX_THREADS)
                .stopTimeout(STOP_TIMEOUT)
                .build();
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        } catch (Exception e) {
            store.close();
            throw new IOException("S3 stand-in does not start", e);
        }
        return new LocalS3(server, store);
    }

    URI endpoint() {
        return URI.create("http://" + Ports.HOST + ":" + server.getPort());
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("S3 stand-in does not stop", e);
        } finally {
            store.close();
        }
    }
}
