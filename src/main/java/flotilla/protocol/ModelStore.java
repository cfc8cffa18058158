package flotilla.protocol;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where model folders are kept that are not on this machine. */
public interface ModelStore {
    /**
     * A file of a folder.
     *
     * @param name without the folder's prefix
     * @param version another one whenever the content is another one
     */
    record StoredFile(String name, String version) {}

    /** The files directly in a folder; none when there is no such folder. */
    CompletionStage<List<StoredFile>> list(String bucket, String prefix);

    /**
     * Copies a file, in the version that was listed, to a path where there is none yet.
     *
     * @return whether that version is still there
     */
    CompletionStage<Boolean> download(String bucket, String prefix, StoredFile file, Path to);
}
