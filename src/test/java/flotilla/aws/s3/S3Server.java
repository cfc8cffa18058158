package flotilla.aws.s3;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.TestSystem;
import flotilla.config.AwsSettings;
import flotilla.config.StorageSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.connectors.s3.ListMultipartUploadResultUploads;
import org.apache.pekko.stream.connectors.s3.S3Headers;
import org.apache.pekko.stream.connectors.s3.javadsl.S3;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.AbstractNio2BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/** S3Proxy on a free port, in memory unless a folder is named, with buckets {@code input}, {@code output} and {@code other}, and clients connected to it. */
public final class S3Server implements AutoCloseable {
    private final TestSystem system = new TestSystem();
    private final S3Proxy proxy;
    private final AwsClients clients;
    private final S3Objects objects;
    private final UploadFolder uploadFolder = UploadFolder.ofTemporaryFiles();

    public S3Server() throws Exception {
        this(new TransientNio2BlobStore());
    }

    /** One whose buckets are folders, as the embedded cloud's are. */
    static S3Server onDisk(Path folder) throws Exception {
        return new S3Server(new FilesystemNio2BlobStore(folder.toString()));
    }

    private S3Server(AbstractNio2BlobStore store) throws Exception {
        proxy = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "local", "local")
                .build();
        proxy.start();
        clients = AwsClients.open(settings("local"), 0);
        objects = new S3Objects(system.get(), clients);
        for (String bucket : List.of("input", "output", "other")) {
            Await.result(S3.makeBucketSource(bucket, S3Headers.empty())
                    .withAttributes(objects.attributes())
                    .runWith(Sink.ignore(), system.get()));
        }
    }

    /** Its URL; the credentials are local, local. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    public void put(String bucket, String key, byte[] bytes) {
        Await.result(objects.put(bucket, key, ContentTypes.APPLICATION_OCTET_STREAM, ByteString.fromArray(bytes)));
    }

    AwsSettings settings(String secret) {
        return new AwsSettings(
                Optional.of("us-east-1"),
                Optional.empty(),
                Optional.of(url()),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new AwsSettings.Credentials("local", secret)));
    }

    static StorageSettings storage(StorageSettings.Layout layout) {
        return new StorageSettings("input", "output", "pre/", layout);
    }

    ActorSystem system() {
        return system.get();
    }

    AwsClients clients() {
        return clients;
    }

    S3Objects objects() {
        return objects;
    }

    S3ImageStore images(StorageSettings.Layout layout) {
        return images(clients, storage(layout));
    }

    S3ImageStore images(AwsClients with, StorageSettings storage) {
        return new S3ImageStore(system(), with, storage, uploadFolder);
    }

    S3ResultStore results(StorageSettings.Layout layout) {
        return new S3ResultStore(system(), clients, storage(layout));
    }

    S3Expiry expiry(Duration inputs, Duration results) {
        return new S3Expiry(
                system(),
                clients,
                new StorageSettings(
                        "input", "output", "pre/", StorageSettings.Layout.BY_NAME, inputs, results, List.of()));
    }

    S3AttemptStore attempts() {
        return new S3AttemptStore(system(), clients, storage(StorageSettings.Layout.BY_ID));
    }

    S3QuarantineStore quarantine() {
        return new S3QuarantineStore(system(), clients, storage(StorageSettings.Layout.BY_ID));
    }

    /** Keys of the objects below a prefix. */
    List<String> keys(String bucket, String prefix) {
        return Await.result(S3.listBucket(bucket, Optional.of(prefix))
                .withAttributes(objects.attributes())
                .map(found -> found.key())
                .runWith(Sink.seq(), system.get()));
    }

    /** Keys of unfinished uploads. */
    List<String> uploads(String bucket) {
        return Await.result(S3.listMultipartUpload(bucket, Optional.empty())
                .withAttributes(objects.attributes())
                .map(ListMultipartUploadResultUploads::key)
                .runWith(Sink.seq(), system.get()));
    }

    @Override
    public void close() {
        system.close();
        clients.close();
        uploadFolder.close();
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
