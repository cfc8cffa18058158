package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ModelStore;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ClassicActorSystemProvider;

/**
 * Model folders as objects below a prefix; an object's ETag is its version. Needs {@code s3:ListBucket} on the bucket and
 * {@code s3:GetObject} below the prefix.
 */
public final class S3ModelStore implements ModelStore {
    private final S3Objects objects;

    public S3ModelStore(ClassicActorSystemProvider system, AwsClients clients) {
        this.objects = new S3Objects(system, clients);
    }

    @Override
    public CompletionStage<List<StoredFile>> list(String bucket, String prefix) {
        String folder = prefix + "/";
        return explained(
                bucket,
                objects.listing()
                        .children(bucket, folder)
                        .thenApply(found -> found.stream()
                                .map(object ->
                                        new StoredFile(object.getKey().substring(folder.length()), object.getETag()))
                                .toList()));
    }

    @Override
    public CompletionStage<Boolean> download(String bucket, String prefix, StoredFile file, Path to) {
        return explained(bucket, objects.download(bucket, prefix + "/" + file.name(), file.version(), to));
    }

    private static <T> CompletionStage<T> explained(String bucket, CompletionStage<T> call) {
        return call.exceptionally(failure -> {
            Throwable cause = AwsErrors.unwrap(failure);
            throw S3Errors.code(cause.getCause()).equals("NoSuchBucket")
                    ? new InfrastructureException(
                            "bucket " + bucket + " does not exist; check flotilla.model.path", cause.getCause(), true)
                    : S3Errors.rethrown(failure);
        });
    }
}
